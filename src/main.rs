//! The one binary. Everything it does is in the library; this file only hands over the process.

fn main() -> std::process::ExitCode {
    niemyet::cli::run()
}
