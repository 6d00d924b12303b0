//! `directive*.toml`: a directing document, what it cites, and the tasks it gives.

use serde::Deserialize;

use super::Context;
use super::problem::Kind;
use super::problem::Problems;
use super::tables::Entry;
use super::tables::Tables;
use super::tables::Text;
use super::text::Source;
use super::text::is_inside;
use super::words::Fields;
use super::words::Link;
use super::words::Once;
use super::words::check_date;
use crate::document::directive::CitedDocument;
use crate::document::directive::Directive;
use crate::document::directive::Task;

const CLASSES: [&str; 3] = ["public", "internal", "never"];
const RECURRENCES: [&str; 6] = ["once", "weekly", "until_done", "continuous", "per_case", "ad_hoc"];

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawDirective {
    symbol: Text,
    kind_vi: Text,
    kind_en: Text,
    date: Text,
    place_vi: Text,
    issuer_vi: Text,
    issuer_en: Text,
    subject_vi: Text,
    subject_en: Text,
    authority_vi: Text,
    signer_title_vi: Text,
    signer_name: Text,
    recipients_vi: Vec<Text>,
    text: Text,
    source: Text,
    verified: bool,
    note: Option<Text>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawCited {
    symbol: Text,
    kind_vi: Text,
    kind_en: Text,
    date: Option<Text>,
    issuer_vi: Text,
    about_vi: Text,
    publish: Text,
    source: Text,
    verified: bool,
    note: Option<Text>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawTask {
    id: Text,
    section: Text,
    owners: Vec<Text>,
    collaborators: Vec<Text>,
    text_vi: Text,
    text_en: Text,
    cited: Vec<Text>,
    deadline_vi: Option<Text>,
    rules: Vec<Text>,
    recurrence: Text,
    publish: Text,
    public_output_vi: Text,
    public_output_en: Text,
    sensitivity: Text,
}

/// Reads one directive file.
pub(super) fn read(source: &Source<'_>, context: &Context<'_>, problems: &mut Problems) -> Option<Directive> {
    let mut tables = Tables::read(source, &["directive", "cited", "task"], problems)?;
    let head: Option<Entry<RawDirective>> = tables.one("directive", problems);
    let cited: Vec<Entry<RawCited>> = tables.many("cited", problems);
    let tasks: Vec<Entry<RawTask>> = tables.many("task", problems);
    let head = head?.value;
    let reader = Reader { tables: &tables, context, text: text(&tables, &head.text, context, problems) };
    let cited = reader.cited(&cited, problems);
    let tasks = reader.tasks(&tasks, &cited, problems);
    let mut directive = reader.head(&head, problems);
    (directive.cited, directive.tasks) = (cited, tasks);
    Some(directive)
}

/// The text file that the directive names, inside the data set.
fn text(tables: &Tables<'_, '_>, path: &Text, context: &Context<'_>, problems: &mut Problems) -> String {
    let (place, shown) = (tables.at(path), path.get_ref().escape_debug());
    if !is_inside(path.get_ref()) {
        let what = format!("`text` \"{shown}\" leaves the folder of the data set");
        problems.push(place.problem(
            Kind::File,
            what,
            "Put the file beside this one and name it without .. or /",
        ));
        return String::new();
    }
    let Some((file, bytes)) = context.file(path.get_ref()) else {
        let what = format!("`text` \"{shown}\" is not there");
        problems.push(place.problem(Kind::File, what, "Add the file, or correct the name"));
        return String::new();
    };
    Source::read(file, bytes, problems).map(|source| source.text).unwrap_or_default()
}

struct Reader<'r, 's, 'a> {
    tables: &'r Tables<'s, 'a>,
    context: &'r Context<'r>,
    text: String,
}

impl Reader<'_, '_, '_> {
    fn head(&self, raw: &RawDirective, problems: &mut Problems) -> Directive {
        let fields = Fields { tables: self.tables };
        check_date(self.tables.at(&raw.date), "date", raw.date.get_ref(), problems);
        let recipients = raw.recipients_vi.iter();
        Directive {
            symbol: fields.name("symbol", &raw.symbol, problems),
            kind_vi: fields.name("kind_vi", &raw.kind_vi, problems),
            kind_en: fields.name("kind_en", &raw.kind_en, problems),
            date: raw.date.get_ref().clone(),
            place_vi: fields.name("place_vi", &raw.place_vi, problems),
            issuer_vi: fields.name("issuer_vi", &raw.issuer_vi, problems),
            issuer_en: fields.name("issuer_en", &raw.issuer_en, problems),
            subject_vi: fields.name("subject_vi", &raw.subject_vi, problems),
            subject_en: fields.name("subject_en", &raw.subject_en, problems),
            authority_vi: fields.name("authority_vi", &raw.authority_vi, problems),
            signer_title_vi: fields.name("signer_title_vi", &raw.signer_title_vi, problems),
            signer_name: fields.name("signer_name", &raw.signer_name, problems),
            recipients_vi: recipients.map(|text| fields.name("recipients_vi", text, problems)).collect(),
            text_vi: self.text.clone(),
            tasks: Vec::new(),
            cited: Vec::new(),
            provenance: fields.provenance(&raw.source, raw.verified, raw.note.as_ref(), problems),
        }
    }

    fn cited(&self, entries: &[Entry<'_, RawCited>], problems: &mut Problems) -> Vec<CitedDocument> {
        let fields = Fields { tables: self.tables };
        let mut once = Once::default();
        let mut cited = Vec::new();
        for Entry { value: raw, .. } in entries {
            once.check(self.tables.at(&raw.symbol), "symbol", raw.symbol.get_ref(), problems);
            if let Some(date) = &raw.date {
                check_date(self.tables.at(date), "date", date.get_ref(), problems);
            }
            cited.push(CitedDocument {
                symbol: fields.name("symbol", &raw.symbol, problems),
                kind_vi: fields.name("kind_vi", &raw.kind_vi, problems),
                kind_en: fields.name("kind_en", &raw.kind_en, problems),
                date: raw.date.as_ref().map(|date| date.get_ref().clone()),
                issuer_vi: fields.name("issuer_vi", &raw.issuer_vi, problems),
                about_vi: fields.name("about_vi", &raw.about_vi, problems),
                publish: fields.word("publish", &raw.publish, &CLASSES, problems),
                provenance: fields.provenance(&raw.source, raw.verified, raw.note.as_ref(), problems),
            });
        }
        cited
    }

    fn tasks(
        &self,
        entries: &[Entry<'_, RawTask>],
        cited: &[CitedDocument],
        problems: &mut Problems,
    ) -> Vec<Task> {
        let mut once = Once::default();
        let mut tasks = Vec::new();
        for Entry { place, value: raw } in entries {
            once.check(self.tables.at(&raw.id), "id", raw.id.get_ref(), problems);
            if raw.owners.is_empty() {
                let what = format!("task \"{}\" has no owner", raw.id.get_ref().escape_debug());
                problems.push(place.problem(Kind::Field, what, "Name at least one body in `owners`"));
            }
            let task = self.task(raw, cited, problems);
            self.consistent(raw, &task, problems);
            tasks.push(task);
        }
        tasks
    }

    fn task(&self, raw: &RawTask, cited: &[CitedDocument], problems: &mut Problems) -> Task {
        let fields = Fields { tables: self.tables };
        let body = |id: &str| self.context.bodies.iter().any(|body| body.id == id);
        // Without a law version every rule would be reported; the unknown version is reported already.
        let rule = |id: &str| self.context.law.is_none_or(|law| law.rule(id).is_some());
        let owners = Link { field: "owners", what: "body", list: "bodies.csv" };
        let collaborators = Link { field: "collaborators", ..owners };
        let rules = Link { field: "rules", what: "rule", list: "the file of this law version under laws/" };
        let documents = Link { field: "cited", what: "document", list: "the [[cited]] entries of this file" };
        Task {
            id: fields.name("id", &raw.id, problems),
            section: fields.name("section", &raw.section, problems),
            owners: self.links(&owners, &raw.owners, body, problems),
            collaborators: self.links(&collaborators, &raw.collaborators, body, problems),
            text_vi: fields.name("text_vi", &raw.text_vi, problems),
            text_en: fields.name("text_en", &raw.text_en, problems),
            cited: self.links(
                &documents,
                &raw.cited,
                |symbol| cited.iter().any(|c| c.symbol == symbol),
                problems,
            ),
            deadline_vi: fields.optional("deadline_vi", raw.deadline_vi.as_ref(), problems),
            rules: self.links(&rules, &raw.rules, rule, problems),
            recurrence: fields.word("recurrence", &raw.recurrence, &RECURRENCES, problems),
            publish: fields.word("publish", &raw.publish, &CLASSES, problems),
            public_output_vi: fields.maybe_empty("public_output_vi", &raw.public_output_vi, problems),
            public_output_en: fields.maybe_empty("public_output_en", &raw.public_output_en, problems),
            sensitivity: fields.maybe_empty("sensitivity", &raw.sensitivity, problems),
        }
    }

    fn links(
        &self,
        link: &Link<'_>,
        values: &[Text],
        found: impl Fn(&str) -> bool,
        problems: &mut Problems,
    ) -> Vec<String> {
        for text in values {
            link.check(self.tables.at(text), text.get_ref(), found(text.get_ref()), problems);
        }
        values.iter().map(|text| text.get_ref().clone()).collect()
    }

    /// What a task says of itself must hold together: it quotes the text, and what is never public has no public output.
    fn consistent(&self, raw: &RawTask, task: &Task, problems: &mut Problems) {
        let place = self.tables.at(&raw.text_vi);
        if !self.text.is_empty() && !plain(&self.text).contains(&plain(&task.text_vi)) {
            let what = format!(
                "`text_vi` of task \"{}\" does not stand in the text of the directive",
                task.id.escape_debug()
            );
            problems.push(place.problem(Kind::Reference, what, "Quote the directive word for word"));
        }
        let outputs = [&raw.public_output_vi, &raw.public_output_en];
        if let Some(output) =
            outputs.into_iter().find(|output| task.publish == "never" && !output.get_ref().is_empty())
        {
            let what = format!("task \"{}\" is never public but has a public output", task.id.escape_debug());
            problems.push(self.tables.at(output).problem(
                Kind::Value,
                what,
                "Empty it, or correct `publish`",
            ));
        }
    }
}

/// Words only: the marks of emphasis and the line breaks of the Markdown text are no part of a quotation.
fn plain(text: &str) -> String {
    text.replace('*', "").split_whitespace().collect::<Vec<_>>().join(" ")
}
