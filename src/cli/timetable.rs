//! `niemyet timetable`: the dates that the law gives for any election day.

use std::collections::BTreeMap;

use chrono::Utc;

use super::args::Format;
use super::args::Timetable;
use super::data;
use super::error::CliError;
use super::terminal::Terminal;
use crate::timetable::ElectionDay;
use crate::timetable::find_law;
use crate::timetable::format;
use crate::timetable::format::CalendarInfo;
use crate::timetable::schedule;

/// Prints the timetable.
pub fn run(wanted: &Timetable, terminal: &mut Terminal) -> Result<(), CliError> {
    let laws = data::laws(terminal)?;
    let law = find_law(&laws, &wanted.law)?;
    let day = if wanted.force {
        ElectionDay::any_weekday(wanted.election_day)?
    } else {
        ElectionDay::sunday(wanted.election_day)?
    };
    let steps = schedule(law, day, &[], &BTreeMap::new())?;
    let text = match if terminal.is_json() { Format::Json } else { wanted.format } {
        Format::Table => format::table(&steps),
        Format::Json => format::json(&steps)?,
        Format::Csv => format::csv(&steps)?,
        Format::Ics => {
            let info = CalendarInfo {
                name_vi: format!("Lịch bầu cử {}", day.date().format("%d/%m/%Y")),
                name_en: format!("Election timetable for {}", day.date()),
                namespace: format!("{}-{}", law.id.replace('/', "-"), day.date()),
                stamp: Utc::now(),
            };
            format::ics(&steps, &info)?
        }
    };
    terminal.raw(&text)
}
