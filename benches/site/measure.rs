//! One run of one program: how long, and how much memory at its peak.

use std::fs;
use std::process::Command;
use std::process::Stdio;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering;
use std::thread;
use std::time::Duration;
use std::time::Instant;

use super::Result;

/// What one run took.
#[derive(Clone, Copy, Debug)]
pub struct Sample {
    /// From start to end of the whole process.
    pub seconds: f64,
    /// Peak resident memory in KiB (`VmHWM`, read every few milliseconds, so the last moments may be missing).
    pub peak_kib: u64,
}

/// Runs a program to its end; its failure is an error with what it said.
pub fn run(command: &mut Command) -> Result<Sample> {
    let started = Instant::now();
    let child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn()?;
    let (ended, peak) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicU64::new(0)));
    let watch = {
        let (ended, peak, status) =
            (Arc::clone(&ended), Arc::clone(&peak), format!("/proc/{}/status", child.id()));
        thread::spawn(move || {
            while !ended.load(Ordering::Relaxed) {
                if let Some(kib) = fs::read_to_string(&status).ok().as_deref().and_then(high_water) {
                    peak.fetch_max(kib, Ordering::Relaxed);
                }
                thread::sleep(Duration::from_millis(4));
            }
        })
    };
    let output = child.wait_with_output()?;
    let seconds = started.elapsed().as_secs_f64();
    ended.store(true, Ordering::Relaxed);
    watch.join().map_err(|_| "the thread that watches memory ended early")?;
    if !output.status.success() {
        return Err(format!("{command:?} failed:\n{}", String::from_utf8_lossy(&output.stderr)).into());
    }
    Ok(Sample { seconds, peak_kib: peak.load(Ordering::Relaxed) })
}

fn high_water(status: &str) -> Option<u64> {
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.split_whitespace().next()?.parse().ok()
}

/// The middle value; of an even number the upper of the two.
pub fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}
