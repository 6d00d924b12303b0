//! Reference data: what the project carries is complete and consistent, and each kind of bad input is refused with
//! file, line and remedy.

mod texts;

use std::collections::BTreeMap;
use std::sync::LazyLock;

use niemyet::reference::Dataset;
use niemyet::reference::Kind;
use niemyet::reference::Problem;
use niemyet::reference::check;
use niemyet::reference::embedded;
use niemyet::reference::parse;
use niemyet::reference::parse_law;
use niemyet::reference::parse_laws;
use niemyet::timetable::LawVersion;

static LAWS: LazyLock<Vec<LawVersion>> = LazyLock::new(|| embedded::laws().unwrap());

type Files = BTreeMap<String, Vec<u8>>;

fn files(folder: &str) -> Files {
    embedded::files(folder)
}

fn dataset(folder: &str) -> Dataset {
    parse(&files(folder), &LAWS).unwrap_or_else(|problems| panic!("{problems}"))
}

fn problems(files: &Files) -> Vec<Problem> {
    parse(files, &LAWS).expect_err("the data set should be refused").0
}

/// The carried data set of 2021 with the first `old` of one file replaced, and the line it stood on.
fn with(name: &str, old: &str, new: &str) -> (Files, usize) {
    let mut files = files("sonla-2021");
    let path = format!("data/sonla-2021/{name}");
    let text = String::from_utf8(files[&path].clone()).unwrap();
    let at = text.find(old).unwrap_or_else(|| panic!("{old} is not in {name}"));
    let line = text[..at].matches('\n').count() + 1;
    files.insert(path, text.replacen(old, new, 1).into_bytes());
    (files, line)
}

/// Asserts that the change leads to exactly one problem, on the changed line (plus `down`).
fn refused(name: &str, change: (&str, &str), kind: Kind, words: &[&str]) {
    let (files, line) = with(name, change.0, change.1);
    let found = problems(&files);
    assert_eq!(found.len(), 1, "{found:#?}");
    let place = (found[0].file.as_str(), found[0].line);
    assert_eq!(place, (format!("data/sonla-2021/{name}").as_str(), Some(line)), "{}", found[0]);
    assert_eq!(found[0].kind, kind, "{}", found[0]);
    assert!(!found[0].remedy.is_empty());
    let shown = found[0].to_string();
    for word in words {
        assert!(shown.contains(word), "{word} is not in: {shown}");
    }
}

#[test]
fn everything_carried_is_consistent() {
    let mut all = files("laws");
    all.extend(files("sonla-2021"));
    all.extend(files("sonla-2026"));
    let checked = check(&all, &[]).unwrap_or_else(|problems| panic!("{problems}"));
    assert_eq!(checked.laws, ["85/2015", "83/2025"]);
    assert_eq!(checked.elections, ["sonla-2021", "sonla-2026"]);
    assert_eq!(embedded::datasets(), ["sonla-2021", "sonla-2026"]);
}

#[test]
fn sonla_2021_is_whole() {
    let Dataset { election, directives, publication } = dataset("sonla-2021");
    let level = |level: &str| election.units.iter().filter(|unit| unit.level == level).count();
    assert_eq!((level("province"), level("district"), level("commune")), (1, 12, 204));
    let kind = |kind: &str| election.units.iter().filter(|unit| unit.kind_vi == kind).count();
    assert_eq!((kind("Xã"), kind("Phường"), kind("Thị trấn")), (188, 7, 9));
    let seats: Vec<i64> = election.constituencies.iter().map(|constituency| constituency.seats).collect();
    assert_eq!(seats, [3, 2, 2]);
    assert_eq!(election.bodies.iter().filter(|body| body.id.starts_with("ec_district_")).count(), 12);
    let regime = &election.regimes[0];
    assert_eq!(regime.reporters, ["team_personnel", "team_logistics", "team_comms", "team_security"]);
    assert_eq!((regime.weekday.as_str(), regime.before.as_str()), ("thursday", "11:00"));
    assert_eq!(election.regimes.len(), 1, "the districts' regime is not known and stays unset");
    let keys: Vec<&str> = publication.iter().map(|item| item.key.as_str()).collect();
    assert_eq!(keys, ["election", "directive/19/KL-UBBC"]);
    assert_eq!(directives.len(), 1);
}

#[test]
fn the_directive_is_whole_and_classed() {
    let directive = dataset("sonla-2021").directives.remove(0);
    assert_eq!((directive.tasks.len(), directive.cited.len()), (25, 5));
    assert!(directive.text_vi.contains("Số: 19/KL-UBBC") && directive.text_vi.contains("Hoàng Quốc Khánh"));
    let class = |class: &str| {
        let tasks = directive.tasks.iter().filter(|task| task.publish == class);
        tasks.map(|task| task.id.as_str()).collect::<Vec<_>>()
    };
    assert_eq!(class("public"), ["T1.1", "T1.2", "T2.1.1", "T2.1.2", "T2.1.4", "T2.4.1"]);
    assert_eq!(class("never"), ["T2.1.5", "T2.2.2", "T2.2.3", "T2.5.1", "T2.5.2"]);
    let cited =
        |symbol: &str| directive.cited.iter().find(|cited| cited.symbol == symbol).unwrap().publish.clone();
    assert_eq!((cited("12/TB-UBBC").as_str(), cited("17/KH-UBBC").as_str()), ("public", "public"));
    assert_eq!(cited("54/KH-TBATT-YT"), "never");
}

#[test]
fn sonla_2026_has_75_communes_and_no_district() {
    let Dataset { election, .. } = dataset("sonla-2026");
    let level = |level: &str| election.units.iter().filter(|unit| unit.level == level).count();
    assert_eq!((level("province"), level("district"), level("commune")), (1, 0, 75));
    assert!(election.constituencies.is_empty(), "their units are not known");
    assert!(election.bodies.iter().all(|body| body.level != "district"));
}

#[test]
fn every_row_names_its_source() {
    for folder in ["sonla-2021", "sonla-2026"] {
        let Dataset { election, directives, publication } = dataset(folder);
        let sources = election
            .units
            .iter()
            .map(|unit| &unit.provenance)
            .chain(election.bodies.iter().map(|body| &body.provenance))
            .chain(election.dates.iter().map(|date| &date.provenance))
            .chain(
                directives.iter().flat_map(|directive| directive.cited.iter().map(|cited| &cited.provenance)),
            )
            .chain(publication.iter().map(|item| &item.provenance));
        assert!(sources.into_iter().all(|provenance| !provenance.source.is_empty()));
    }
}

#[test]
fn an_unknown_key_is_refused() {
    let change = ("weekday = \"thursday\"", "weekdaz = \"thursday\"");
    let (files, line) = with("election.toml", change.0, change.1);
    let found = problems(&files);
    assert_eq!((found[0].line, found[0].kind), (Some(line), Kind::Field), "{}", found[0]);
    assert!(found[0].what.contains("weekdaz"), "{}", found[0]);
    refused("publication.toml", ("[[item]]", "surprise = 1\n[[item]]"), Kind::Field, &["surprise", "Remove"]);
}

#[test]
fn broken_toml_is_refused_with_its_line() {
    let (files, line) = with("publication.toml", "key = \"election\"", "key = \"election");
    let found = problems(&files);
    assert!(
        found.iter().any(|problem| problem.kind == Kind::Syntax && problem.line == Some(line)),
        "{found:#?}"
    );
}

#[test]
fn wrong_columns_are_refused() {
    refused("units.csv", ("code,name_vi", "code,extra,name_vi"), Kind::Field, &["extra", "The columns are"]);
    let (files, _) = with("units.csv", "kind_vi,", "kinds,");
    let found: Vec<String> = problems(&files).iter().map(ToString::to_string).collect();
    let about = |words: &str| found.iter().any(|problem| problem.contains(words));
    assert!(
        about("units.csv:1: column \"kind_vi\" is missing") && about("\"kinds\" is not known"),
        "{found:#?}"
    );
    let (files, _) = with("units.csv", "code,name_vi,kind_vi", "code;name_vi;kind_vi");
    assert!(problems(&files).iter().any(|problem| problem.what.contains("is not known")));
}

#[test]
fn semicolons_of_a_spreadsheet_are_named() {
    let mut files = files("sonla-2021");
    let path = "data/sonla-2021/constituencies.csv".to_owned();
    let text = String::from_utf8(files[&path].clone()).unwrap().replace(';', " ").replace(',', ";");
    files.insert(path, text.into_bytes());
    let found = problems(&files);
    assert_eq!(found.len(), 1, "{found:#?}");
    assert!(found[0].remedy.contains("CSV with commas"), "{}", found[0]);
}

#[test]
fn a_row_with_a_cell_too_many_is_refused() {
    refused(
        "bodies.csv",
        ("Hội đồng bầu cử quốc gia,", "Hội đồng, bầu cử quốc gia,"),
        Kind::Syntax,
        &["10 cells", "9", "double quotes"],
    );
}

#[test]
fn unknown_units_bodies_and_rules_are_refused() {
    refused("constituencies.csv", ("118;", "118;999;"), Kind::Reference, &["unit \"999\"", "units.csv"]);
    refused(
        "election.toml",
        ("\"ec_province\"", "\"ec_nowhere\""),
        Kind::Reference,
        &["ec_nowhere", "bodies.csv"],
    );
    refused(
        "election.toml",
        ("\"publish_na_constituencies\"", "\"publish_nothing\""),
        Kind::Reference,
        &["publish_nothing"],
    );
    refused(
        "directive.toml",
        ("\"dossier_deadline\"", "\"dossier_dead\""),
        Kind::Reference,
        &["rule \"dossier_dead\""],
    );
    refused("directive.toml", ("\"police\"", "\"polise\""), Kind::Reference, &["body \"polise\""]);
    refused(
        "directive.toml",
        ("cited = [\"12/TB-UBBC\"]", "cited = [\"13/TB-UBBC\"]"),
        Kind::Reference,
        &["13/TB-UBBC"],
    );
    refused(
        "publication.toml",
        ("\"directive/19/KL-UBBC\"", "\"directive/20/KL-UBBC\""),
        Kind::Reference,
        &["directive/20/KL-UBBC"],
    );
}

#[test]
fn two_units_with_one_code_name_both_lines() {
    let (files, line) = with("units.csv", "\n03649,", "\n03646,");
    let found = problems(&files);
    assert_eq!(found.len(), 1, "{found:#?}");
    // The match begins with the line break before the row.
    assert_eq!((found[0].line, found[0].kind), (Some(line + 1), Kind::Duplicate));
    assert!(found[0].what.contains(&format!("on line {line}")), "{}", found[0]);
}

#[test]
fn a_parent_that_is_missing_or_of_the_wrong_level_is_refused() {
    refused(
        "units.csv",
        ("03646,Phường Chiềng Lề,Phường,ward,commune,116", "03646,Phường Chiềng Lề,Phường,ward,commune,117"),
        Kind::Reference,
        &["117", "unit above"],
    );
    refused(
        "units.csv",
        (
            "03646,Phường Chiềng Lề,Phường,ward,commune,116",
            "03646,Phường Chiềng Lề,Phường,ward,commune,03649",
        ),
        Kind::Reference,
        &["lies under a commune"],
    );
    refused(
        "units.csv",
        ("03646,Phường Chiềng Lề,Phường,ward,commune,116", "03646,Phường Chiềng Lề,Phường,ward,commune,"),
        Kind::Reference,
        &["has no `parent`"],
    );
}

#[test]
fn a_unit_in_two_constituencies_or_in_none_is_refused() {
    refused(
        "constituencies.csv",
        ("118;120", "116;118;120"),
        Kind::Duplicate,
        &["116", "already stands on line 2"],
    );
    let (files, _) = with("constituencies.csv", "118;120", "120");
    let found = problems(&files);
    assert!(found.len() == 1 && found[0].what.contains("Huyện Quỳnh Nhai"), "{found:#?}");
}

#[test]
fn a_district_under_the_law_of_2025_is_refused() {
    let (files, _) = with("election.toml", "law = \"85/2015\"", "law = \"83/2025\"");
    let found = problems(&files);
    let districts =
        found.iter().filter(|problem| problem.what.contains("a level this law version does not have"));
    assert_eq!(districts.count(), 12);
}

#[test]
fn an_election_day_that_is_not_a_sunday_or_no_date_is_refused() {
    refused(
        "election.toml",
        ("\"2021-05-23\"", "\"2021-05-22\""),
        Kind::Date,
        &["Saturday", "next Sunday is 2021-05-23"],
    );
    refused("election.toml", ("\"2021-05-23\"", "\"2021-05-32\""), Kind::Date, &["2021-05-32", "YYYY-MM-DD"]);
    refused("election.toml", ("\"2021-05-23\"", "\"2921-05-20\""), Kind::Date, &["Check the year"]);
}

#[test]
fn an_unknown_law_version_lists_the_known_ones() {
    refused(
        "election.toml",
        ("law = \"85/2015\"", "law = \"85/2016\""),
        Kind::Date,
        &["85/2016", "85/2015, 83/2025"],
    );
}

#[test]
fn a_plan_after_its_limit_wants_an_override() {
    let planned = "kind = \"planned\"\ndate = \"2021-03-18\"";
    let (files, line) = with("election.toml", planned, "kind = \"planned\"\ndate = \"2021-03-20\"");
    let found = problems(&files);
    assert_eq!((found.len(), found[0].line), (1, Some(line + 1)), "{found:#?}");
    for words in ["2021-03-20", "limit 2021-03-19 (Đ44.1)", "override"] {
        assert!(found[0].to_string().contains(words), "{}", found[0]);
    }
    let (files, _) = with("election.toml", planned, "kind = \"override\"\ndate = \"2021-03-20\"");
    assert!(parse(&files, &LAWS).is_ok(), "a cited override may leave the limit");
}

#[test]
fn a_step_that_precedes_election_day_cannot_follow_it() {
    for kind in ["planned", "actual", "override"] {
        let new = format!("kind = \"{kind}\"\ndate = \"2021-05-24\"");
        let (files, _) = with("election.toml", "kind = \"planned\"\ndate = \"2021-03-18\"", &new);
        let found = problems(&files);
        assert!(
            found.len() == 1 && found[0].what.contains("not before election day 2021-05-23"),
            "{found:#?}"
        );
    }
}

#[test]
fn wrong_times_and_regimes_are_refused() {
    refused(
        "election.toml",
        ("first_due = \"2021-03-04\"", "first_due = \"2021-03-05\""),
        Kind::Date,
        &["not a thursday"],
    );
    let (files, _) = with("election.toml", "before = \"11:00\"", "before = \"25:00\"");
    assert!(problems(&files)[0].what.contains("25:00"));
}

#[test]
fn a_task_must_quote_its_directive_and_keep_its_class() {
    refused(
        "directive.toml",
        ("text_vi = \"thực hiện chế độ", "text_vi = \"bỏ qua chế độ"),
        Kind::Reference,
        &["T2.6.1", "word for word"],
    );
    refused(
        "directive.toml",
        ("recurrence = \"once\"", "recurrence = \"yearly\""),
        Kind::Value,
        &["yearly", "until_done"],
    );
    let (files, _) = with(
        "directive.toml",
        "publish = \"public\"\npublic_output_vi",
        "publish = \"never\"\npublic_output_vi",
    );
    assert!(problems(&files)[0].what.contains("never public but has a public output"));
    refused(
        "directive.toml",
        ("id = \"T1.2\"", "id = \"T1.1\""),
        Kind::Duplicate,
        &["T1.1", "already stands on line"],
    );
}

#[test]
fn missing_and_stray_files_are_named() {
    let mut files = files("sonla-2021");
    let units = files.remove("data/sonla-2021/units.csv").unwrap();
    files.insert("data/sonla-2021/unit.csv".into(), units);
    let found: Vec<String> = problems(&files).iter().map(ToString::to_string).collect();
    assert!(
        found.iter().any(|problem| problem.starts_with("data/sonla-2021/units.csv: the file is missing")),
        "{found:#?}"
    );
    assert!(
        found.iter().any(|problem| problem.starts_with("data/sonla-2021/unit.csv: this file is no part")),
        "{found:#?}"
    );
    assert!(check(&Files::new(), &[]).is_err(), "nothing to check is not success");
}

#[test]
fn all_problems_come_at_once_in_order() {
    let mut files = with("units.csv", "03646,", "03,").0;
    for (name, old, new) in [
        ("election.toml", "\"thursday\"", "\"Donnerstag\""),
        ("election.toml", "\"2021-05-23\"", "\"2021-05-24\""),
        ("bodies.csv", "nec,", "NEC,"),
        ("directive.toml", "publish = \"public\"", "publish = \"maybe\""),
    ] {
        let path = format!("data/sonla-2021/{name}");
        let text = String::from_utf8(files[&path].clone()).unwrap();
        files.insert(path, text.replacen(old, new, 1).into_bytes());
    }
    let found = problems(&files);
    let order: Vec<(&str, Option<usize>)> = found.iter().map(|p| (p.file.as_str(), p.line)).collect();
    assert!(order.is_sorted(), "{order:?}");
    for name in ["bodies.csv", "directive.toml", "election.toml"] {
        assert!(found.iter().any(|problem| problem.file.ends_with(name)), "nothing about {name}: {found:#?}");
    }
}

fn broken_law(old: &str, new: &str) -> Vec<Problem> {
    let text = String::from_utf8(files("laws")["data/laws/85-2015.toml"].clone()).unwrap();
    assert!(text.contains(old), "{old}");
    parse_law("85-2015.toml", text.replacen(old, new, 1).as_bytes()).expect_err("should be refused").0
}

#[test]
fn a_wrong_law_file_is_refused() {
    let about = |old: &str, new: &str, words: &str| {
        let found = broken_law(old, new);
        assert!(
            found.iter().any(|problem| problem.to_string().contains(words)),
            "{words} is not in {found:#?}"
        );
        assert!(
            found.iter().all(|problem| problem.line.is_some() || problem.kind == Kind::Reference),
            "{found:#?}"
        );
    };
    about("offset = \"-115d\"", "offset = \"115 ngày\"", "-115d, 0d or -24h");
    about("offset = \"-115d\"", "offset = \"-99999999999999999999d\"", "is not an offset");
    about("offset = \"-115d\"\n", "", "needs an `offset`");
    about("bound = \"at_latest\"", "bound = \"latest\"", "Write one of: at_latest");
    about("anchor = \"ELECTION_DAY\"", "anchor = \"EASTER\"", "EASTER");
    about("time = \"17:00\"", "time = \"24:30\"", "is not a time of day");
    about(
        "time = \"07:00 (not before 05:00)\"",
        "time = \"07:00 (not before 08:00)\"",
        "is not a time of day",
    );
    about("end_offset = \"-85d\"", "end_offset = \"-95d\"", "ends before it starts");
    about("id = \"announce_election_day\"", "id = \"election_day\"", "already stands on line");
    about("article = \"Đ8.1\"\n", "", "cites no article");
    about(
        "VOTER_LIST_POSTED = \"voter_list_posted\"",
        "VOTER_LIST_POSTED = \"vote_elsewhere\"",
        "leans on itself",
    );
    about("publish = \"public\"", "publish = \"secret\"", "public, internal, never");
    about("verified = true", "verified = \"yes\"", "85-2015.toml:");
}

#[test]
fn one_law_version_in_two_files_is_refused() {
    let mut laws = files("laws");
    laws.insert("data/laws/copy.toml".into(), laws["data/laws/85-2015.toml"].clone());
    let found = parse_laws(&laws).expect_err("should be refused").to_string();
    assert!(found.contains("law version 85/2015 stands in two files"), "{found}");
}
