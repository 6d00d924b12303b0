//! `niemyet sync`: the working folder as a replica of a server's documents.

use std::path::Path;
use std::time::Duration;

use indicatif::ProgressBar;
use serde_json::json;

use super::args;
use super::error::CliError;
use super::serve::asked_to_stop;
use super::terminal;
use super::terminal::Terminal;
use super::upkeep;
use crate::config;
use crate::document::key::BodyId;
use crate::replica::disk::Disk;
use crate::replica::disk::RealDisk;
use crate::replica::documents::DocumentStore;
use crate::replica::documents::STORE;
use crate::replica::folder;
use crate::replica::peer;
use crate::replica::peer::PeerError;
use crate::replica::peer::Replica;
use crate::replica::peer::Report;
use crate::replica::peer::Watcher;
use crate::replica::peer::exchange::Standing;
use crate::replica::peer::link::Remote;
use crate::web::documents::Opening;

/// File of the token in the working folder.
const TOKEN: &str = "token";
/// Longest pause before the next try.
const LONGEST_PAUSE: Duration = Duration::from_secs(60);

/// Brings the folder in step, and keeps it so if that is wanted.
pub fn run(dir: &Path, wanted: &args::Sync, terminal: &mut Terminal) -> Result<(), CliError> {
    if dir.join(config::FILE).exists() {
        folder::config(dir)?;
    }
    let token = wanted.token_file.clone().unwrap_or_else(|| dir.join(TOKEN));
    let remote = Remote::new(&wanted.url, &token).map_err(PeerError::from)?;
    let failed = |source| CliError::File { action: "start", path: dir.to_owned(), source };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(failed)?;
    let bar = terminal.progress("văn bản đã khớp / documents in step");
    let mut screen =
        Screen { terminal, bar, behind: 0, settled_once: false, is_settled: false, failed: None, told: None };
    let ended = runtime.block_on(async {
        let stop = asked_to_stop();
        tokio::select! {
            ended = keep_in_step(dir, &remote, wanted.follow, &mut screen) => ended,
            () = stop => Err(CliError::Interrupted),
        }
    });
    screen.bar.finish_and_clear();
    match ended {
        // In step when it was stopped: nothing was left to do.
        Err(CliError::Interrupted) if screen.is_settled => {}
        ended => ended?,
    }
    if let Some(error) = screen.failed {
        return Err(error);
    }
    if screen.behind > 0 { Err(CliError::NotInStep { count: screen.behind }) } else { Ok(()) }
}

async fn keep_in_step(
    dir: &Path,
    remote: &Remote,
    follow: bool,
    screen: &mut Screen<'_>,
) -> Result<(), CliError> {
    let mut pause = Duration::from_secs(1);
    loop {
        screen.settled_once = false;
        screen.is_settled = false;
        match once(dir, remote, follow, screen).await {
            Err(CliError::Peer(error)) if follow && error.is_passing() => {
                // What a server cannot keep is not pressed upon it.
                if screen.settled_once && !matches!(error, PeerError::NotKept { .. }) {
                    pause = Duration::from_secs(1);
                }
                let seconds = pause.as_secs();
                screen.say(&format!("{error}\nThử lại sau {seconds} giây. / Trying again in {seconds} s."));
                tokio::time::sleep(pause).await;
                pause = (pause * 2).min(LONGEST_PAUSE);
            }
            ended => return ended,
        }
    }
}

async fn once(dir: &Path, remote: &Remote, follow: bool, screen: &mut Screen<'_>) -> Result<(), CliError> {
    let opening = peer::ask(remote).await?;
    if !dir.join(config::FILE).exists() {
        begin(dir, &opening)?;
    }
    screen.tell_account(remote, &opening, folder::config(dir)?.body.as_ref());
    let store = DocumentStore::open(dir, None)?;
    Ok(Replica::new(dir, &store, remote, opening)?.run(follow, screen).await?)
}

/// A working folder with nothing in it yet. It edits for the body of the account.
fn begin(dir: &Path, opening: &Opening) -> Result<(), CliError> {
    RealDisk.create_dir_all(dir).map_err(CliError::file("create", dir))?;
    if !dir.join(STORE).exists() {
        DocumentStore::create(dir)?;
    }
    // A name that no body can have says nothing that belongs into the settings.
    let body = BodyId::new(&opening.body).map(|body| format!("body = \"{}\"", body.as_str()));
    let line = "# body = \"team_security\"";
    let settings = config::TEMPLATE.replace(line, body.as_deref().unwrap_or(line));
    Ok(upkeep::furnish(dir, &settings)?)
}

/// Where a person, or a program, sees how it goes.
struct Screen<'t> {
    terminal: &'t mut Terminal,
    bar: ProgressBar,
    /// Documents that are not on the server as they are here.
    behind: usize,
    settled_once: bool,
    is_settled: bool,
    failed: Option<CliError>,
    /// Whose token it is, as it was told.
    told: Option<String>,
}

impl Screen<'_> {
    fn say(&mut self, text: &str) {
        let Self { terminal, bar, .. } = self;
        bar.suspend(|| terminal.say(text));
    }

    /// Says once whose token it is, and warns if the folder's settings name another body.
    fn tell_account(&mut self, remote: &Remote, opening: &Opening, own: Option<&BodyId>) {
        let Opening { login, body, .. } = opening;
        let server = remote.authority();
        let mut text = format!(
            "{server}: tài khoản `{login}`, cơ quan `{body}` / account `{login}` of the body `{body}`"
        );
        if let Some(own) = own.map(BodyId::as_str).filter(|own| own != body) {
            text += &format!(
                "\ncảnh báo / warning: niemyet.toml của thư mục này ghi cơ quan `{own}` nhưng mã thiết bị là của `{body}`: máy chủ không nhận \
                 nội dung soạn cho `{own}`. Hãy dùng mã của `{own}` (--token-file), hoặc một thư mục khác cho `{body}` (--dir). / niemyet.toml \
                 of this folder names the body `{own}`, the token is of `{body}`: the server does not take what is written for `{own}`. Use a \
                 token of `{own}` (--token-file), or another folder for `{body}` (--dir)"
            );
        }
        if self.told.as_ref() != Some(&text) {
            self.say(&text);
            self.told = Some(text);
        }
    }
}

impl Watcher for Screen<'_> {
    fn progress(&mut self, settled: usize, all: usize) {
        // Of a server that is followed documents may fall behind again.
        self.bar.set_position(settled as u64);
        terminal::reached(&self.bar, settled, all);
        self.is_settled &= settled == all;
    }

    fn settled(&mut self, reports: &[Report]) {
        self.settled_once = true;
        self.is_settled = true;
        self.behind = reports.iter().filter(|report| is_behind(&report.standing)).count();
        for report in reports {
            let Self { terminal, bar, .. } = self;
            let told = bar.suspend(|| terminal.result(&object(report), &line(report)));
            if let Err(error) = told {
                self.failed.get_or_insert(error);
            }
        }
    }
}

/// The way on for who does not want what was refused. Nothing is taken out of a folder: what a person typed stays.
const WITHOUT_IT: &str = "Muốn làm tiếp mà không có phần bị từ chối: đồng bộ vào một thư mục mới bằng --dir; thư mục này giữ nguyên. / \
    To go on without what was refused, sync into a new folder with --dir; this folder keeps what it has.";

const fn is_behind(standing: &Standing) -> bool {
    !matches!(standing, Standing::InStep | Standing::Absent)
}

fn object(report: &Report) -> serde_json::Value {
    let Report { key, standing, refusal, received } = report;
    let mut object = json!({ "key": key.to_string(), "state": word(standing), "received": received });
    if let Some(refusal) = refusal {
        object["refusal"] = json!({ "code": refusal.code, "vi": refusal.vi, "en": refusal.en });
    }
    object
}

const fn word(standing: &Standing) -> &'static str {
    match standing {
        Standing::InStep => "in_step",
        Standing::Asked | Standing::Moving => "moving",
        Standing::Refused => "refused",
        Standing::Absent => "absent",
        Standing::Unsound(_) => "unsound",
    }
}

fn line(report: &Report) -> String {
    let state = match &report.standing {
        Standing::InStep => "máy chủ đã có / the server has it",
        Standing::Asked | Standing::Moving => "đang chuyển / on its way",
        Standing::Refused => "máy chủ không nhận / the server does not take it",
        Standing::Absent => "không còn được xem / not to be seen any more",
        Standing::Unsound(_) => {
            "dữ liệu nhận được bị hỏng, không lưu / what came is damaged and was not kept"
        }
    };
    let mut line = format!("{:<44} {state}", report.key.to_string());
    if report.received > 0 {
        line += &format!("  (nhận {0} thay đổi / {0} change(s) came)", report.received);
    }
    if let Standing::Unsound(what) = &report.standing {
        line += &format!("\n    {what}");
    }
    if let Some(refusal) = &report.refusal {
        line += &format!("\n    {}\n    {}", refusal.vi, refusal.en);
    }
    if report.standing == Standing::Refused {
        line += &format!("\n    {WITHOUT_IT}");
    }
    line
}
