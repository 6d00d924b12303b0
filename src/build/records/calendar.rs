//! Calendars: the whole schedule, and one file for each dated step.

use super::reader::Reader;
use super::text;
use super::words;
use super::words::Lang;
use crate::policy::public::facts::StepFacts;
use crate::timetable::Rule;
use crate::timetable::Step;
use crate::timetable::TimetableError;
use crate::timetable::format::ics::CalendarInfo;
use crate::timetable::format::ics::ics;

/// Address on the site of the calendar of one step.
pub fn step_address(step: &StepFacts) -> String {
    format!("/lich/{}.ics", text::stem(&step.id))
}

/// `static/lich.ics` and `static/lich/<step>.ics`.
pub fn files(facts: &Reader<'_>) -> Result<Vec<(String, String)>, TimetableError> {
    let info = CalendarInfo {
        name_vi: facts.election().name.vi.clone(),
        name_en: facts.election().name.en.clone(),
        namespace: text::stem(&facts.election().id),
        // The moment of approval, not of the build: the same facts give the same bytes.
        stamp: facts.election().approved,
    };
    let dated: Vec<_> = facts.steps().iter().filter(|step| words::listed_day(step).is_some()).collect();
    let all: Vec<Step> = dated.iter().map(|step| written_out(step)).collect();
    let mut files = vec![("static/lich.ics".to_owned(), ics(&all, &info)?)];
    for step in dated {
        let one = ics(&[written_out(step)], &info)?;
        files.push((format!("static{}", step_address(step)), one));
    }
    Ok(files)
}

/// The step with its names and its article as the pages write them: a calendar is read by the public too.
fn written_out(step: &StepFacts) -> Step {
    let rule = &step.step.rule;
    Step {
        rule: Rule {
            name_vi: words::name(&step.name, Lang::Vi),
            responsible_vi: words::name(&step.responsible, Lang::Vi),
            article: rule.article.as_deref().map(|article| words::article(article, Lang::Vi)),
            ..rule.clone()
        },
        ..step.step.clone()
    }
}
