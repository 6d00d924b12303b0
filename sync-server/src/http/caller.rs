//! Who makes a request, and who may.

use std::net::IpAddr;
use std::net::SocketAddr;

use axum::extract::ConnectInfo;
use axum::http::Extensions;
use axum::http::HeaderMap;

use super::now;
use crate::account::Account;
use crate::account::Session;
use crate::account::Visit;
use crate::audit::Act;

/// Who may use a route.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Authority {
    /// Everybody; nobody is asked who they are.
    Public,
    /// Every account that may log in.
    Account,
    /// Accounts that manage accounts.
    Administrator,
}

/// Somebody who has shown who they are.
#[derive(Clone, Debug)]
pub struct Caller {
    /// The account.
    pub account: Account,
    /// The browser's session or the device.
    pub session: Session,
}

impl Caller {
    /// Whether it is a browser with a cookie, and not a device with a token.
    pub const fn is_browser(&self) -> bool {
        self.session.device.is_none()
    }

    /// Something that the caller does now.
    pub fn act(&self) -> Act {
        Act { now: now(), by: Some(self.account.id) }
    }
}

/// The address that a request comes from.
#[derive(Clone, Copy, Debug)]
pub(super) struct Visitor(pub(super) IpAddr);

impl Visitor {
    pub(super) fn visit(self) -> Visit {
        Visit { now: now(), from: self.0 }
    }

    /// The address of the connection; behind proxies that are trusted, the last one that none of them is. If nobody has said where
    /// the connection comes from, all such requests count as from one address.
    pub(super) fn of(extensions: &Extensions, headers: &HeaderMap, proxies: &[IpAddr]) -> Self {
        let peer = extensions.get::<ConnectInfo<SocketAddr>>();
        let mut address = peer.map_or(IpAddr::from([0, 0, 0, 0]), |peer| peer.0.ip().to_canonical());
        let lines = headers.get_all("x-forwarded-for").iter().filter_map(|line| line.to_str().ok());
        let chain: Vec<&str> = lines.flat_map(|line| line.split(',')).map(str::trim).collect();
        for named in chain.into_iter().rev() {
            let (true, Ok(named)) = (proxies.contains(&address), named.parse::<IpAddr>()) else { break };
            address = named.to_canonical();
        }
        Self(address)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_trusted_proxies_are_believed() {
        let proxies = ["127.0.0.1", "10.0.0.1"].map(|text| text.parse().unwrap());
        let table = [
            ("192.0.2.1", "198.51.100.7", "192.0.2.1"),
            ("127.0.0.1", "198.51.100.7", "198.51.100.7"),
            ("127.0.0.1", "203.0.113.9, 198.51.100.7", "198.51.100.7"),
            ("127.0.0.1", "203.0.113.9, 198.51.100.7, 10.0.0.1", "198.51.100.7"),
            ("127.0.0.1", "nonsense", "127.0.0.1"),
            ("::ffff:127.0.0.1", "2001:db8::1", "2001:db8::1"),
        ];
        for (peer, forwarded, from) in table {
            let mut extensions = Extensions::new();
            extensions.insert(ConnectInfo(SocketAddr::new(peer.parse().unwrap(), 1)));
            let mut headers = HeaderMap::new();
            headers.insert("x-forwarded-for", forwarded.parse().unwrap());
            let found = Visitor::of(&extensions, &headers, &proxies).0;
            assert_eq!(found, from.parse::<IpAddr>().unwrap(), "{peer} {forwarded}");
        }
    }
}
