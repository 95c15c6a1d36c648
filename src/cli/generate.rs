//! What the program says of itself: welcome, completions, schema, and mistakes on the command line.

use std::process::ExitCode;

use clap::error::{ContextKind, ContextValue};
use clap::{Args, CommandFactory};
use clap_complete::Shell;

use super::Cli;
use super::args::words;
use super::context::Context;
use super::failure::{Failure, FailureKind};
use super::output::print;

/// Options of `contacts completions`.
#[derive(Args, Clone, Debug)]
pub struct CompletionsArgs {
    /// The shell
    #[arg(value_enum)]
    shell: Shell,
}

/// Options of `contacts schema`.
#[derive(Args, Clone, Debug)]
pub struct SchemaArgs {
    /// Of what
    #[arg(value_parser = words::<SchemaOf>(), default_value = "contact")]
    of: SchemaOf,
}

/// What a schema describes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum SchemaOf {
    /// A contact of `list`, `search` and `show`.
    Contact,
    /// A row of `channels`.
    Channel,
    /// A line of `--error-format json`.
    Error,
    /// The file of `--report`.
    Report,
    /// A finding of `doctor`.
    Check,
}

/// The parser, for completions, manual pages and tests.
pub fn command() -> clap::Command {
    super::examples::dress(Cli::command())
}

/// What is said when no command is given.
pub fn welcome(context: &Context) -> Result<ExitCode, Failure> {
    let configured = context.config().map_or(0, |config| config.names().count());
    if configured == 0 && !context.globals.demo {
        context.term.say("No account is set up yet.");
        context.term.say("  try it without one:   contacts --demo search boris");
        context.term.say("  add your own:         contacts profile add        (all commands: contacts help)");
        return Ok(ExitCode::from(FailureKind::Usage.code()));
    }
    let mut command = command();
    let help = command.render_help();
    let text =
        if context.term.color() == crate::term::Paint::Colored { help.ansi().to_string() } else { help.to_string() };
    print(context, text.as_bytes()).map(|_| ExitCode::from(FailureKind::Usage.code()))
}

/// Runs `contacts completions`.
pub fn completions(context: &Context, args: &CompletionsArgs) -> Result<ExitCode, Failure> {
    print(context, super::complete::script(args.shell).as_bytes())
}

/// Runs `contacts schema`.
pub fn schema(context: &Context, args: &SchemaArgs) -> Result<ExitCode, Failure> {
    let schema = match args.of {
        SchemaOf::Contact => include_str!("../../schema/contact.json"),
        SchemaOf::Channel => include_str!("../../schema/channel.json"),
        SchemaOf::Error => include_str!("../../schema/error.json"),
        SchemaOf::Report => include_str!("../../schema/report.json"),
        SchemaOf::Check => include_str!("../../schema/check.json"),
    };
    print(context, schema.as_bytes())
}

/// A mistake on the command line, told as every failure is.
pub fn usage_failure(error: &clap::Error) -> Failure {
    let rendered = error.render().to_string();
    let mut lines = rendered.lines().map(str::trim_end);
    let first = lines.next().unwrap_or("the command line cannot be read");
    let mut message = first.strip_prefix("error: ").unwrap_or(first).to_owned();
    let mut hints = Vec::new();
    for line in lines {
        let line = line.trim();
        if let Some(tip) = line.strip_prefix("tip: ") {
            hints.push(tip.to_owned());
        } else if let Some(usage) = line.strip_prefix("Usage: ") {
            hints.push(format!("usage: {usage}"));
        } else if !line.is_empty() && hints.is_empty() && !line.starts_with("For more information") {
            message.push(' ');
            message.push_str(line);
        }
    }
    if let Some(ContextValue::String(command)) = error.get(ContextKind::InvalidSubcommand) {
        hints.push(format!("`{command}` is no command; contacts help lists them"));
    }
    hints.into_iter().fold(Failure::usage(message), Failure::hint)
}
