//! `niemyet timetable`: the dates that the law gives for any election day.

use std::collections::BTreeMap;

use chrono::NaiveDate;
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

/// From this day there is no district level any more, and the amended rules hold (law 83/2025/QH15, article 1.6).
const AMENDED: Option<NaiveDate> = NaiveDate::from_ymd_opt(2025, 7, 1);

/// Prints the timetable.
pub fn run(wanted: &Timetable, terminal: &mut Terminal) -> Result<(), CliError> {
    let laws = data::laws(terminal)?;
    let law = find_law(&laws, &wanted.law)?;
    let day = if wanted.force {
        ElectionDay::any_weekday(wanted.election_day)?
    } else {
        ElectionDay::sunday(wanted.election_day)?
    };
    if let Some(warning) = misfit(&law.id, day.date()) {
        terminal.say(&warning);
    }
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

/// What to say where a law version is asked about a day on which the other one holds.
fn misfit(law: &str, day: NaiveDate) -> Option<String> {
    let amended = AMENDED?;
    let (other, when_vi, when) = match law {
        "85/2015" if day >= amended => ("83/2025", "từ", "from"),
        "83/2025" if day < amended => ("85/2015", "trước", "before"),
        _ => return None,
    };
    Some(format!(
        "cảnh báo / warning: phiên bản luật {law} không áp dụng cho cuộc bầu cử ngày {day}: {when_vi} ngày {amended} áp dụng phiên bản {other}. \
         Các mốc dưới đây vẫn tính như yêu cầu; thêm --law {other} để có các mốc đang áp dụng. / \
         Law version {law} does not fit an election on {day}: {when} {amended} version {other} holds. \
         The dates below are computed as asked; use --law {other} for those that hold"
    ))
}
