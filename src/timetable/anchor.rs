//! What a rule counts from. Election day is only one of the anchors that the law uses.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use serde::Deserialize;
use serde::Serialize;

use super::error::TimetableError;
use super::moment::Moment;

/// The event a rule counts from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Anchor {
    /// Election day, a Sunday (law 85/2015, article 5).
    ElectionDay,
    /// The hour voting starts; 07:00, in one polling area possibly from 05:00 (article 71.1).
    VotingStart,
    /// Publication of the official list of candidates (articles 57.4 and 58.2).
    OfficialListPublished,
    /// Posting of the voter list (article 32).
    VoterListPosted,
    /// Publication of the results (article 86).
    ResultsPublished,
    /// Receipt of a complaint (articles 33 and 87).
    ComplaintReceived,
    /// Setting up of the polling team (article 25).
    PollingTeamSetUp,
    /// Day of a by-election (article 89).
    ByElectionDay,
}

impl Anchor {
    /// Every anchor, in the order of the law.
    pub const ALL: [Self; 8] = [
        Self::ElectionDay,
        Self::VotingStart,
        Self::OfficialListPublished,
        Self::VoterListPosted,
        Self::ResultsPublished,
        Self::ComplaintReceived,
        Self::PollingTeamSetUp,
        Self::ByElectionDay,
    ];

    /// Name as data files write it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::ElectionDay => "ELECTION_DAY",
            Self::VotingStart => "VOTING_START",
            Self::OfficialListPublished => "OFFICIAL_LIST_PUBLISHED",
            Self::VoterListPosted => "VOTER_LIST_POSTED",
            Self::ResultsPublished => "RESULTS_PUBLISHED",
            Self::ComplaintReceived => "COMPLAINT_RECEIVED",
            Self::PollingTeamSetUp => "POLLING_TEAM_SET_UP",
            Self::ByElectionDay => "BY_ELECTION_DAY",
        }
    }

    /// Words for it in Vietnamese.
    #[must_use]
    pub const fn words_vi(self) -> &'static str {
        match self {
            Self::ElectionDay => "ngày bầu cử",
            Self::VotingStart => "giờ bắt đầu bỏ phiếu",
            Self::OfficialListPublished => "khi công bố danh sách chính thức người ứng cử",
            Self::VoterListPosted => "ngày niêm yết danh sách cử tri",
            Self::ResultsPublished => "ngày công bố kết quả bầu cử",
            Self::ComplaintReceived => "ngày nhận khiếu nại",
            Self::PollingTeamSetUp => "khi thành lập Tổ bầu cử",
            Self::ByElectionDay => "ngày bầu cử bổ sung",
        }
    }

    /// Words for it in English.
    #[must_use]
    pub const fn words_en(self) -> &'static str {
        match self {
            Self::ElectionDay => "election day",
            Self::VotingStart => "the start of voting",
            Self::OfficialListPublished => "publication of the official list of candidates",
            Self::VoterListPosted => "the posting of the voter list",
            Self::ResultsPublished => "publication of the results",
            Self::ComplaintReceived => "receipt of the complaint",
            Self::PollingTeamSetUp => "the setting up of the Polling Team",
            Self::ByElectionDay => "the day of the by-election",
        }
    }
}

impl fmt::Display for Anchor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Anchor {
    type Err = TimetableError;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|anchor| anchor.name() == name)
            .ok_or_else(|| TimetableError::UnknownAnchor { anchor: name.to_owned() })
    }
}

/// Reads the known instants of anchors.
///
/// # Errors
/// An unknown name, a value that is not a local date or date and hour, or election day, which has its own argument.
pub fn parse_known(anchors: &BTreeMap<String, String>) -> Result<BTreeMap<Anchor, Moment>, TimetableError> {
    let mut known = BTreeMap::new();
    for (name, value) in anchors {
        let anchor: Anchor = name.parse()?;
        if anchor == Anchor::ElectionDay {
            return Err(TimetableError::ElectionDayAsAnchor);
        }
        let moment = value
            .parse()
            .map_err(|_| TimetableError::AnchorNotADate { anchor: name.clone(), value: value.clone() })?;
        known.insert(anchor, moment);
    }
    Ok(known)
}
