//! `niemyet demo`: the whole way in one command, on the election of Sơn La of 23 May 2021.

use std::net::SocketAddr;
use std::path::Path;

use super::account;
use super::build;
use super::error::CliError;
use super::init;
use super::release;
use super::serve;
use super::terminal::Terminal;
use super::workspace::Workspace;
use crate::config;
use crate::replica::folder;

/// The data set that the binary carries for it.
const DATASET: &str = "data/sonla-2021";

/// A day in the middle of the work: the constituencies have been published (3 March 2021, resolution 64/NQ-HĐBCQG) and the
/// first weekly report of directive 19/KL-UBBC has fallen due (Thursday, 4 March 2021).
const AS_OF: &str = "as_of = 2021-03-05";

/// Seeds the folder unless it is one already, builds, serves.
pub fn run(dir: &Path, listen: Option<SocketAddr>, terminal: &mut Terminal) -> Result<(), CliError> {
    let is_new = !dir.join(config::FILE).exists();
    let settings = if is_new { folder::environment()? } else { folder::config(dir)? };
    // The address first: what cannot be served need not be set up.
    serve::with_listener(dir, listen.unwrap_or(settings.listen), |bound| {
        if is_new {
            set_up(dir, terminal)?;
        }
        let mut workspace = Workspace::open(dir, terminal)?;
        workspace.folder.config.base_url.get_or_insert_with(|| format!("http://{bound}"));
        let built = build::build(&workspace, false, terminal)?;
        terminal.warn(&built.warnings);
        // Others may build from here on.
        let config = workspace.config.clone();
        drop(workspace);
        Ok((config, release::open(dir), terminal))
    })
}

fn set_up(dir: &Path, terminal: &mut Terminal) -> Result<(), CliError> {
    let place = dir.display();
    terminal.say(&format!("Đang tạo {place} từ {DATASET} … / Setting up {place} from {DATASET} …"));
    let settings = config::TEMPLATE.replace(&format!("# {AS_OF}"), AS_OF);
    let code = init::create(dir, Path::new(DATASET), &settings, terminal)?;
    terminal.say(&account::first(&code));
    Ok(())
}
