//! The public part of directives: tasks by owner, and documents by number, date, kind and subject.

use std::collections::BTreeSet;

use super::clean;
use super::facts::DocumentFacts;
use super::facts::OwnerFacts;
use super::facts::StepFacts;
use super::facts::TaskFacts;
use super::facts::Words;
use super::words;
use crate::document::directive::CitedDocument;
use crate::document::directive::Directive;
use crate::document::directive::Task;
use crate::document::election::Election;

/// The class of a row that may be shown; every other word hides it.
const PUBLIC: &str = "public";

/// Bodies that own a public task, in the order in which the directives name them.
pub fn owners(directives: &[Directive], election: &Election, steps: &[StepFacts]) -> Vec<OwnerFacts> {
    let mut owners: Vec<OwnerFacts> = Vec::new();
    for directive in directives {
        for task in directive.tasks.iter().filter(|task| task.publish == PUBLIC) {
            for owner in &task.owners {
                let facts = task_facts(task, directive, election, steps);
                let Some(name) = body_name(owner, election) else { continue };
                let id = clean(owner);
                match owners.iter_mut().find(|known| known.id == id) {
                    Some(known) => known.tasks.push(facts),
                    None => owners.push(OwnerFacts { id, name, tasks: vec![facts] }),
                }
            }
        }
    }
    owners
}

/// Bodies that a public task names, as its owners or beside them: their names are public.
pub fn named(directives: &[Directive]) -> BTreeSet<String> {
    let public =
        directives.iter().flat_map(|directive| &directive.tasks).filter(|task| task.publish == PUBLIC);
    public.flat_map(|task| task.owners.iter().chain(&task.collaborators)).cloned().collect()
}

/// Their names, in order of id.
pub fn bodies(named: &BTreeSet<String>, election: &Election) -> Vec<OwnerFacts> {
    let facts =
        |id: &String| Some(OwnerFacts { id: clean(id), name: body_name(id, election)?, tasks: Vec::new() });
    named.iter().filter_map(facts).collect()
}

fn body_name(id: &str, election: &Election) -> Option<Words> {
    let body = election.bodies.iter().find(|body| body.id == id)?;
    Some(words(&body.name_vi, &body.name_en))
}

fn task_facts(task: &Task, directive: &Directive, election: &Election, steps: &[StepFacts]) -> TaskFacts {
    let public =
        |symbol: &&String| directive.cited.iter().any(|d| d.symbol == **symbol && d.publish == PUBLIC);
    let known = |rule: &&String| steps.iter().any(|step| step.id == **rule);
    TaskFacts {
        id: clean(&task.id),
        directive: clean(&directive.symbol),
        section: clean(&task.section),
        text: words(&task.text_vi, &task.text_en),
        output: words(&task.public_output_vi, &task.public_output_en),
        deadline: task.deadline_vi.as_deref().map(clean),
        collaborators: task.collaborators.iter().filter_map(|id| body_name(id, election)).collect(),
        cited: task.cited.iter().filter(public).map(|symbol| clean(symbol)).collect(),
        steps: task.rules.iter().filter(known).map(|rule| clean(rule)).collect(),
    }
}

/// The directives and the public documents that they cite, newest first; one row for each symbol.
pub fn documents(directives: &[Directive]) -> Vec<DocumentFacts> {
    let mut documents: Vec<_> = directives.iter().map(own_facts).collect();
    let cited = directives.iter().flat_map(|directive| &directive.cited);
    for facts in cited.filter(|cited| cited.publish == PUBLIC).map(cited_facts) {
        if !documents.iter().any(|known| known.symbol == facts.symbol) {
            documents.push(facts);
        }
    }
    documents.sort_by(|a, b| (b.date, &a.symbol).cmp(&(a.date, &b.symbol)));
    documents
}

fn own_facts(directive: &Directive) -> DocumentFacts {
    DocumentFacts {
        symbol: clean(&directive.symbol),
        kind: words(&directive.kind_vi, &directive.kind_en),
        date: directive.date.parse().ok(),
        issuer: clean(&directive.issuer_vi),
        subject: words(&directive.subject_vi, &directive.subject_en),
        verified: directive.provenance.verified,
        source: clean(&directive.provenance.source),
    }
}

fn cited_facts(cited: &CitedDocument) -> DocumentFacts {
    DocumentFacts {
        symbol: clean(&cited.symbol),
        kind: words(&cited.kind_vi, &cited.kind_en),
        date: cited.date.as_deref().and_then(|date| date.parse().ok()),
        issuer: clean(&cited.issuer_vi),
        subject: words(&cited.about_vi, ""),
        verified: cited.provenance.verified,
        source: clean(&cited.provenance.source),
    }
}
