//! What administrators do with accounts, over HTTP.

use super::support::Door;
use super::support::Person;
use super::support::runtime;

#[test]
fn an_administrator_lists_adds_resets_disables_enables_and_makes_tokens() {
    runtime().block_on(async {
        let door = Door::open().await;
        let admin = door.person("quan-tri", "vpub", true).await;
        let anne = door.person("huyen-a", "huyen-a", false).await;
        let all = door.browse("GET /api/accounts", &admin, "").await;
        let logins: Vec<_> = all.json().as_array().unwrap().iter().map(|one| one["login"].clone()).collect();
        assert_eq!(logins, ["huyen-a", "quan-tri"]);
        assert!(!all.body.contains("argon2"), "no hash leaves the store");
        let twice = r#"{"login":"huyen-a","name":"A","body":"huyen-a"}"#;
        assert_eq!(
            door.browse("POST /api/accounts", &admin, twice).await.problem(),
            (409, "login-taken".to_owned())
        );
        let path = |what: &str| format!("POST /api/accounts/{}/{what}", anne.account.id.0);
        let made = door.browse(&path("tokens"), &admin, r#"{"name":"máy xã","days":7}"#).await;
        assert_eq!(made.status, 201, "{}", made.body);
        let token = made.json()["token"].as_str().unwrap().to_owned();
        door.client(&Person { token, ..anne.clone() }, "peer").await;
        let devices = format!("GET /api/accounts/{}/devices", anne.account.id.0);
        let lost = door.browse(&devices, &admin, "").await.json();
        let lost = lost.as_array().unwrap().iter().find(|device| device["name"] == "máy xã").unwrap().clone();
        let revoke = |of: i64| format!("DELETE /api/accounts/{of}/devices/{}", lost["id"]);
        let elsewhere = door.browse(&revoke(admin.account.id.0), &admin, "").await;
        assert_eq!(
            elsewhere.problem(),
            (404, "no-such-device".to_owned()),
            "it is not a device of that account"
        );
        assert_eq!(door.browse(&revoke(anne.account.id.0), &admin, "").await.status, 204);
        let after = door.browse(&devices, &admin, "").await.json();
        let after =
            after.as_array().unwrap().iter().find(|device| device["id"] == lost["id"]).unwrap().clone();
        assert!(lost["ended_at"].is_null() && after["ended_at"].is_i64(), "{after}");
        let code = door.browse(&path("reset"), &admin, "").await.json();
        assert_eq!(code["code"].as_str().unwrap().len(), 23, "four groups of five");
        assert_eq!(door.browse("GET /api/session", &anne, "").await.status, 401, "a reset ends all sessions");
        let nowhere = r#"{"login":"huyen-x","name":"X","body":"nowhere"}"#;
        assert_eq!(
            door.browse("POST /api/accounts", &admin, nowhere).await.problem(),
            (422, "unknown-body".to_owned())
        );
        assert_eq!(door.browse(&path("disable"), &admin, "").await.status, 204);
        assert_eq!(
            door.browse(&path("reset"), &admin, "").await.problem(),
            (409, "account-disabled".to_owned())
        );
        assert_eq!(door.browse(&path("enable"), &admin, "").await.status, 204);
        let own = format!("POST /api/accounts/{}/disable", admin.account.id.0);
        assert_eq!(door.browse(&own, &admin, "").await.problem(), (409, "last-administrator".to_owned()));
        let nobody = door.browse("POST /api/accounts/999/disable", &admin, "").await;
        assert_eq!(nobody.problem(), (404, "no-such-account".to_owned()));
    });
}
