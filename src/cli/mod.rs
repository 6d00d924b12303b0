//! The command line: arguments in, human text and progress to stderr, machine output to stdout, exit codes 0, 1, 2.

/// Runs the command that the process was called with.
pub fn run() -> std::process::ExitCode {
    std::process::ExitCode::SUCCESS
}
