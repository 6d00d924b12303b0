//! The `directive/<symbol>` document: a directing document and the tasks it gives.

use autosurgeon::Reconcile;
use serde::Deserialize;
use serde::Serialize;

use super::election::Provenance;

/// The content of a `directive/<symbol>` document.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, Reconcile)]
pub struct Directive {
    /// Number and symbol, for example `19/KL-UBBC`.
    pub symbol: String,
    /// Kind of document in Vietnamese; an open list (decree 30/2020 does not name `Kết luận`).
    pub kind_vi: String,
    /// Kind of document in English.
    pub kind_en: String,
    /// Date of issue, ISO 8601.
    pub date: String,
    /// Place of issue.
    pub place_vi: String,
    /// Issuer, Vietnamese.
    pub issuer_vi: String,
    /// Issuer, English.
    pub issuer_en: String,
    /// Subject, Vietnamese.
    pub subject_vi: String,
    /// Subject, English.
    pub subject_en: String,
    /// `TM. ỦY BAN BẦU CỬ` and the like.
    pub authority_vi: String,
    /// Title of the signer.
    pub signer_title_vi: String,
    /// Name of the signer.
    pub signer_name: String,
    /// Recipients, in order.
    pub recipients_vi: Vec<String>,
    /// The whole text, word for word as received (Markdown). Never public as a whole.
    pub text_vi: String,
    /// Its tasks, in order.
    pub tasks: Vec<Task>,
    /// Documents it cites.
    pub cited: Vec<CitedDocument>,
    /// Where the text comes from.
    pub provenance: Provenance,
}

/// One task of a directive.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, Reconcile)]
pub struct Task {
    /// Identifier within the directive, for example `T2.1.4`.
    #[key]
    pub id: String,
    /// Section of the directive, for example `2.1`.
    pub section: String,
    /// Bodies that own it.
    pub owners: Vec<String>,
    /// Bodies that work with them.
    pub collaborators: Vec<String>,
    /// Words of the directive, literally.
    pub text_vi: String,
    /// Translation.
    pub text_en: String,
    /// Symbols of the documents it cites.
    pub cited: Vec<String>,
    /// Deadline in the directive's own words, if it names one.
    pub deadline_vi: Option<String>,
    /// Rules of the timetable that bound it.
    pub rules: Vec<String>,
    /// `once`, `weekly`, `until_done`, `continuous`, `per_case`, `ad_hoc`.
    pub recurrence: String,
    /// `public`, `internal` or `never`.
    pub publish: String,
    /// What of it the public may expect to see, Vietnamese.
    pub public_output_vi: String,
    /// What of it the public may expect to see, English.
    pub public_output_en: String,
    /// Why it is sensitive; never public.
    pub sensitivity: String,
}

/// A document that a directive cites.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, Reconcile)]
pub struct CitedDocument {
    /// Number and symbol.
    #[key]
    pub symbol: String,
    /// Kind in Vietnamese.
    pub kind_vi: String,
    /// Kind in English.
    pub kind_en: String,
    /// ISO 8601 date, if known.
    pub date: Option<String>,
    /// Issuer.
    pub issuer_vi: String,
    /// What it is about.
    pub about_vi: String,
    /// `public`, `internal` or `never`.
    pub publish: String,
    /// Where the row comes from.
    pub provenance: Provenance,
}
