//! The `election` document: what is being elected, when, where, by whom, and who must report what.

use std::collections::BTreeMap;

use autosurgeon::Reconcile;
use serde::Deserialize;
use serde::Serialize;

/// Where a fact comes from and whether somebody has seen it there. Only verified facts are shown to the public as facts.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, Reconcile)]
pub struct Provenance {
    /// The source as a reader can look it up.
    pub source: String,
    /// True if the fact was seen in that source.
    pub verified: bool,
    /// What a reader should know of the doubt, if any.
    pub note: Option<String>,
}

/// The content of the `election` document.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, Reconcile)]
pub struct Election {
    /// Identifier of the election, for example `sonla-2021`; part of every document id.
    pub id: String,
    /// Official name, Vietnamese.
    pub name_vi: String,
    /// Name in English.
    pub name_en: String,
    /// Election day, ISO 8601; a Sunday (law 85/2015, article 5).
    pub election_day: String,
    /// Law version: `85/2015` or `83/2025`.
    pub law: String,
    /// Document that fixed election day.
    pub election_day_citation: String,
    /// Provenance of the election day.
    pub provenance: Provenance,
    /// Province, districts, communes.
    pub units: Vec<Unit>,
    /// Bodies that own tasks, report, or are named.
    pub bodies: Vec<Body>,
    /// National Assembly constituencies of the province.
    pub constituencies: Vec<Constituency>,
    /// Who reports when.
    pub regimes: Vec<Regime>,
    /// Planned and actual dates beside the statutory limits; those that were taken back are not read.
    pub dates: Vec<PlannedDate>,
    /// Instants of anchors other than election day once known: anchor name → local time `YYYY-MM-DD[THH:MM]`.
    pub anchors: BTreeMap<String, String>,
}

/// An administrative unit.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, Reconcile)]
pub struct Unit {
    /// Code of the General Statistics Office, for example `116` or `03646`.
    #[key]
    pub code: String,
    /// Full name with its kind, for example `Huyện Mai Sơn`.
    pub name_vi: String,
    /// Kind in Vietnamese: `Tỉnh`, `Huyện`, `Thành phố`, `Xã`, `Phường`, `Thị trấn`.
    pub kind_vi: String,
    /// Kind in English.
    pub kind_en: String,
    /// `province`, `district` or `commune`.
    pub level: String,
    /// Code of the unit above.
    pub parent: Option<String>,
    /// Where the row comes from.
    pub provenance: Provenance,
}

/// A body: a committee, a team, an agency.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, Reconcile)]
pub struct Body {
    /// Stable identifier, for example `team_comms`.
    #[key]
    pub id: String,
    /// Name in Vietnamese.
    pub name_vi: String,
    /// Name in English.
    pub name_en: String,
    /// `national`, `province`, `district`, `commune`, `constituency` or `polling area`.
    pub level: String,
    /// What it does in this system: `standing_agency`, `team`, `committee`, `member`, `communications` or `named`.
    pub role: String,
    /// Code of the unit it belongs to, if it belongs to one.
    pub unit: Option<String>,
    /// Where the row comes from.
    pub provenance: Provenance,
}

impl Body {
    /// Whether this body is one of those that another names together: `ec_district` stands for every district's committee
    /// (19/KL-UBBC addresses them as one), each of which has an id that begins so.
    pub fn is_one_of(&self, named: &str) -> bool {
        let rest = self.id.strip_prefix(named);
        rest.is_some_and(|rest| rest.is_empty() || self.role == "committee" && rest.starts_with('_'))
    }
}

/// A constituency and the seats elected in it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, Reconcile)]
pub struct Constituency {
    /// Identifier, for example `na-1`.
    #[key]
    pub id: String,
    /// `national_assembly` or `province_council`.
    pub council: String,
    /// Number within the province.
    pub number: i64,
    /// Deputies elected.
    pub seats: i64,
    /// Codes of the units it consists of.
    pub units: Vec<String>,
    /// Where the row comes from.
    pub provenance: Provenance,
}

/// A reporting regime: these bodies report before this time on this day of each week.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, Reconcile)]
pub struct Regime {
    /// Identifier, for example `weekly`.
    #[key]
    pub id: String,
    /// Bodies that must report.
    pub reporters: Vec<String>,
    /// English weekday in lower case, for example `thursday`.
    pub weekday: String,
    /// Local time of the deadline, `HH:MM`; reports are due strictly before it.
    pub before: String,
    /// IANA time zone of that time.
    pub timezone: String,
    /// First due date, ISO 8601.
    pub first_due: String,
    /// Last due date, ISO 8601.
    pub last_due: String,
    /// Body the reports are addressed to.
    pub addressee: String,
    /// Body that receives and aggregates them.
    pub channel: String,
    /// Document and section that ordains it.
    pub citation: String,
    /// Where the row comes from.
    pub provenance: Provenance,
}

/// What [`PlannedDate::kind`] is of a date that was taken back. Its row stays in the document, so that who corrects it meanwhile on
/// another device loses nothing: both stand side by side, and a person chooses. It is no date of the election.
pub const WITHDRAWN: &str = "withdrawn";

/// A planned or actual date of a step, or an override of its limit by a competent body; never replaces the limit.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, Reconcile)]
pub struct PlannedDate {
    /// Id of the rule of the timetable.
    pub rule: String,
    /// `planned`, `actual` or `override`; in a document also [`WITHDRAWN`].
    pub kind: String,
    /// ISO 8601 date.
    pub date: String,
    /// Local time `HH:MM`, if one is given.
    pub time: Option<String>,
    /// Document that sets it.
    pub citation: String,
    /// Where the row comes from.
    pub provenance: Provenance,
}
