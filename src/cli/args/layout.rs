//! How help looks: each text in Vietnamese, then in English, on lines of their own.

use clap::Arg;
use clap::Command;
use clap::CommandFactory;
use clap::builder::StyledStr;

use super::Arguments;

/// Between the two languages of one text.
const BETWEEN: &str = " / ";

/// Columns of help at most, also where the terminal has more.
const WIDEST: usize = 100;

const TEMPLATE: &str = "{about-with-newline}\nCách dùng / Usage: {usage}\n\n{all-args}";

/// What clap would say in English only.
const HELP: &str = "Xem hướng dẫn này / Print this help";
const VERSION: &str = "Xem phiên bản / Print the version";
const HELP_OF: &str = "Xem hướng dẫn của một lệnh / Print the help of a command";

/// All commands and arguments, as they are parsed and shown.
pub fn tree() -> Command {
    let mut command = Arguments::command();
    // What clap adds by itself is there only afterwards.
    command.build();
    laid_out(command)
}

fn laid_out(command: Command) -> Command {
    let about = match command.get_name() {
        "help" => HELP_OF.into(),
        _ => command.get_about().cloned().unwrap_or_default(),
    };
    command
        .about(on_two_lines(&about))
        .help_template(TEMPLATE)
        .max_term_width(WIDEST)
        .subcommand_help_heading("Lệnh / Commands")
        .mut_args(argument)
        .mut_subcommands(laid_out)
}

fn argument(argument: Arg) -> Arg {
    let help = match argument.get_id().as_str() {
        "help" => HELP.into(),
        "version" => VERSION.into(),
        _ => argument.get_help().cloned().unwrap_or_default(),
    };
    let is_common = argument.is_global_set() || matches!(argument.get_id().as_str(), "help" | "version");
    let heading = match (argument.is_positional(), is_common) {
        (true, _) => "Tham số / Arguments",
        (_, true) => "Tùy chọn chung / Common options",
        _ => "Tùy chọn / Options",
    };
    let values = values(&argument);
    let argument = argument.help_heading(heading).hide_possible_values(!values.is_empty());
    argument.help(format!("{}{values}", on_two_lines(&help)))
}

/// The values that can be chosen from, a line for each.
fn values(argument: &Arg) -> String {
    let line = |value: &clap::builder::PossibleValue| {
        Some(format!("\n  {:<8} {}", value.get_name(), value.get_help()?))
    };
    argument.get_possible_values().iter().filter_map(line).collect()
}

fn on_two_lines(text: &StyledStr) -> String {
    text.to_string().replacen(BETWEEN, "\n", 1)
}
