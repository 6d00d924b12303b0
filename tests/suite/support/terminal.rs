//! A terminal of its own for a program, and what the program shows on it.

use std::fs::File;
use std::io::Read;
use std::process::Command;

use rustix::fs::Mode;
use rustix::fs::OFlags;
use rustix::pty;
use rustix::pty::OpenptFlags;
use rustix::termios;
use rustix::termios::Winsize;

/// What a program shows on a terminal of its own, which is so wide.
pub fn on_a_terminal(mut command: Command, columns: u16) -> String {
    let terminal = pty::openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY | OpenptFlags::CLOEXEC).unwrap();
    pty::grantpt(&terminal).unwrap();
    pty::unlockpt(&terminal).unwrap();
    let size = Winsize { ws_row: 24, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0 };
    termios::tcsetwinsize(&terminal, size).unwrap();
    let name = pty::ptsname(&terminal, Vec::new()).unwrap();
    let flags = OFlags::RDWR | OFlags::NOCTTY | OFlags::CLOEXEC;
    let screen = File::from(rustix::fs::open(name, flags, Mode::empty()).unwrap());
    let mut running = command.stdout(screen.try_clone().unwrap()).stderr(screen).spawn().unwrap();
    // With it go our own ends of the terminal.
    drop(command);
    let mut shown = Vec::new();
    // Once nobody holds the other end, reading ends with an error on Linux.
    let _ = File::from(terminal).read_to_end(&mut shown);
    let shown = String::from_utf8_lossy(&shown).into_owned();
    assert!(running.wait().unwrap().success(), "{shown}");
    shown
}

/// The steps of the bars that were drawn: how much was done, of how much.
pub fn steps(shown: &str) -> Vec<(u32, u32)> {
    let bar = regex::Regex::new(r"[█░]{10,}[^\r\n]* (\d+)/(\d+)").unwrap();
    bar.captures_iter(shown).map(|found| (found[1].parse().unwrap(), found[2].parse().unwrap())).collect()
}
