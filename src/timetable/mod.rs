//! The law's timetable: rule = anchor + offset + bound + time of day + citation, and the dates that follow from it.
