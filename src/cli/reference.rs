//! All commands in one Markdown document, made from the parser and the examples.

use std::fmt::Write as _;

use clap::{Arg, Command};

use super::examples;
use super::failure::FailureKind;
use super::generate::command;
use super::manual::{ENVIRONMENT, usage};

/// What no option tells of `--jq` and `--template`.
const PROGRAMS: &str = "
## Filters and templates

`--jq` is the language of jq 1.7, by jaq: the filter gets one input, the array that `-o json` prints, so that `input` has nothing
more and `inputs` is empty. Strings come out raw, everything else as JSON on one line, on a terminal laid out and coloured. `env` and
`$ENV` hold the environment without what may be a secret: `CONTACTS_…`, proxies, and the variables that profiles name. Where jaq differs:
`.a.b = 1` needs `.a` to be there (`setpath` does not), an array is not filled up by `.[5] = 1`, there is no `?//` and no module, and an
emoji in a filter is written as itself, not as two `\\u`.

`--template` is Jinja, by minijinja: once for each contact, whose keys are its names, or once in all if it speaks of `rows`. Its own filters:

- `ago`: a time as `3 h ago`; `date` or `date(\"%Y-%m-%d\")`: a time in UTC
- `pad(24)`, `cut(24)`: to a width in terminal cells
- `table(\"id\", \"name\")`: rows as aligned columns; `csv`, `json`: a value in that form
";

/// The document, `docs/reference.md`.
pub fn reference() -> String {
    let mut command = command();
    command.build();
    let mut text = String::from(
        "# Reference\n\nMade by `contacts man --markdown`; every example is run by a test. The options of every command come last.\n",
    );
    write_command(&command, "", &mut text);
    text.push_str("\n## Options of every command\n");
    let globals: Vec<&Arg> = command.get_arguments().filter(|option| option.is_global_set()).collect();
    write_options(&globals, &mut text);
    text.push_str(PROGRAMS);
    text.push_str("\n## Exit codes\n\n| code | meaning |\n|---|---|\n");
    text.push_str("| 0 | done; nothing found is also done; a closed pipe is done |\n");
    for (kind, _, meaning) in FailureKind::ALL {
        let _ = writeln!(text, "| {} | {meaning} |", kind.code());
    }
    text.push_str("\n## Environment\n\n| variable | meaning |\n|---|---|\n");
    for (name, meaning) in ENVIRONMENT {
        let _ = writeln!(text, "| {name} | {meaning} |");
    }
    text
}

fn write_command(command: &Command, path: &str, text: &mut String) {
    let title = format!("contacts {path}");
    let about = command.get_about().map(ToString::to_string).unwrap_or_default();
    let _ = write!(text, "\n## {}\n\n{about}.\n\n```text\n{}\n```\n", title.trim_end(), usage(command));
    if examples::of(path).next().is_some() {
        text.push_str("\n```sh\n");
        for example in examples::of(path) {
            let _ = writeln!(text, "{}   # {}", example.line, example.does);
        }
        text.push_str("```\n");
    }
    let own: Vec<&Arg> = command
        .get_arguments()
        .filter(|option| !option.is_global_set() && !["help", "version"].contains(&option.get_id().as_str()))
        .collect();
    write_options(&own, text);
    if let Some(notes) = command.get_after_help() {
        let _ = write!(text, "\n```text\n{notes}\n```\n");
    }
    for sub in command.get_subcommands().filter(|sub| sub.get_name() != "help") {
        write_command(sub, format!("{path} {}", sub.get_name()).trim_start(), text);
    }
}

fn write_options(options: &[&Arg], text: &mut String) {
    let mut headings: Vec<Option<&str>> = Vec::new();
    for option in options {
        if !headings.contains(&option.get_help_heading()) {
            headings.push(option.get_help_heading());
        }
    }
    for heading in headings {
        match heading {
            Some(heading) => _ = write!(text, "\n{heading}:\n\n"),
            None => text.push('\n'),
        }
        for option in options.iter().filter(|option| option.get_help_heading() == heading) {
            let short = option.get_short().filter(|_| option.get_long().is_some());
            let short = short.map(|short| format!("-{short}, ")).unwrap_or_default();
            let help = option.get_help().map(ToString::to_string).unwrap_or_default();
            let values: Vec<String> =
                option.get_possible_values().iter().map(|value| format!("`{}`", value.get_name())).collect();
            let takes = option.get_action().takes_values() && !values.is_empty();
            let values = if takes { format!(": {}", values.join(", ")) } else { String::new() };
            let default: Vec<_> = option.get_default_values().iter().map(|word| word.to_string_lossy()).collect();
            let default = match default.join(" ") {
                default if default.is_empty() || !option.get_action().takes_values() => String::new(),
                default => format!(" [default: {default}]"),
            };
            let _ = writeln!(text, "- `{short}{option}` – {help}{values}{default}");
        }
    }
}
