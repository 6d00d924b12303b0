//! A check of accounts and sessions: each row fits its sum, each session has its account.

use std::collections::HashSet;

use rusqlite::Connection;

use super::row::AccountRow;
use super::row::CodeRow;
use super::row::SessionRow;
use crate::database::fault_at;
use crate::maintenance::Report;

pub(crate) fn examine(connection: &Connection, report: &mut Report) {
    let accounts = report.take(AccountRow::all(connection)).unwrap_or_default();
    report.accounts = accounts.len();
    let known: HashSet<i64> = accounts.iter().map(|row| row.account.id.0).collect();
    for row in report.take(SessionRow::all(connection)).unwrap_or_default() {
        if !known.contains(&row.session.account.0) {
            report.add(format!("session {}", row.session.id.0), "its account is missing");
        }
    }
    let codes = (|| {
        let mut statement = connection.prepare("SELECT account FROM code ORDER BY account")?;
        statement.query_map([], |row| row.get::<_, i64>(0))?.collect::<rusqlite::Result<Vec<_>>>()
    })();
    for account in report.take(codes.map_err(fault_at("the one-time codes"))).unwrap_or_default() {
        report.take(CodeRow::get(connection, account));
    }
}
