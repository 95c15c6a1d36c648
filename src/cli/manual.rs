//! `contacts man`: a manual page for each command, and all of them in one document.

use std::fmt::Write as _;
use std::io;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, Command};

use crate::term::Term;

use super::context::Context;
use super::examples;
use super::failure::{Failure, FailureKind};
use super::generate::command;
use super::output::{Destination, print};
use super::place::Place;
use super::reference::reference;

/// What is read from the environment, for the pages and the reference.
pub const ENVIRONMENT: &[(&str, &str)] = &[
    ("CONTACTS_CONFIG", "the configuration file, as --config"),
    ("CONTACTS_PROFILE", "the profiles to ask, as -p"),
    ("CONTACTS_OUTPUT", "the format, as -o"),
    ("CONTACTS_PAGER, PAGER", "the pager for long output on a terminal; empty or `cat`: none [default: less -FIRX]"),
    ("NO_COLOR", "set to anything: no colour"),
    ("CLICOLOR_FORCE", "set to anything but 0: colour tables and messages off a terminal too"),
    (
        "CONTACTS_VENDOR",
        "makes a profile `env` without a file; its keys are read from CONTACTS_BASE_URL, CONTACTS_USER_ID, \
         CONTACTS_AUTH_TOKEN, CONTACTS_API_KEY, CONTACTS_API_SECRET, CONTACTS_TOKEN and CONTACTS_ACCOUNT_ID",
    ),
    ("HTTPS_PROXY, HTTP_PROXY, ALL_PROXY, NO_PROXY", "proxies"),
    ("SSL_CERT_FILE, SSL_CERT_DIR", "further authorities, beside the system's"),
    ("XDG_CONFIG_HOME, XDG_DATA_HOME, XDG_STATE_HOME", "where configuration, mirror and rate budgets lie"),
];

/// Options of `contacts man`.
#[derive(Args, Clone, Debug)]
pub struct ManArgs {
    /// The command, as `search` or `profile add`; none: the program itself
    command: Vec<String>,
    /// Write every page into this folder, as contacts.1, contacts-search.1 and so on
    #[arg(long, value_name = "FOLDER", conflicts_with = "command")]
    dir: Option<PathBuf>,
    /// Print all commands in one document, as Markdown
    #[arg(long, conflicts_with_all = ["command", "dir"])]
    markdown: bool,
}

/// Runs `contacts man`.
pub fn run(context: &Context, args: &ManArgs) -> Result<ExitCode, Failure> {
    if args.markdown {
        return print(context, reference().as_bytes());
    }
    let mut command = command();
    command.build();
    if let Some(folder) = &args.dir {
        std::fs::create_dir_all(folder).map_err(|error| not_written(folder, &error))?;
        return write_all(&command, "", folder, &context.term).map(|()| ExitCode::SUCCESS);
    }
    let mut path = Vec::new();
    for word in &args.command {
        let known: Vec<String> = command.get_subcommands().map(|sub| sub.get_name().to_owned()).collect();
        let Some(next) = command.find_subcommand(word).cloned() else {
            let name = [&["contacts"], path.as_slice()].concat().join("-");
            let hint = crate::config::did_you_mean(word, known.iter().map(String::as_str));
            return Err(Failure::usage(format!("`{name}` has no command `{word}`")).hint(hint));
        };
        command = next;
        path.push(word.as_str());
    }
    print(context, &page(&command, &path.join(" "))?)
}

fn write_all(command: &Command, path: &str, folder: &Path, term: &Term) -> Result<(), Failure> {
    let place = Place::of(&folder.join(format!("{}.1", page_name(path))), "FOLDER")?;
    let mut out = Destination::open(&place, term)?;
    out.write(&page(command, path)?)?;
    out.finish()?;
    for sub in command.get_subcommands().filter(|sub| sub.get_name() != "help") {
        write_all(sub, format!("{path} {}", sub.get_name()).trim_start(), folder, term)?;
    }
    Ok(())
}

/// As `contacts-profile-add`.
fn page_name(path: &str) -> String {
    format!("contacts {path}").trim_end().replace(' ', "-")
}

fn page(command: &Command, path: &str) -> Result<Vec<u8>, Failure> {
    let name = page_name(path);
    let man = clap_mangen::Man::new(command.clone().name(&name)).manual("contacts");
    let mut page = Vec::new();
    let failed =
        |error: &io::Error| Failure::new(FailureKind::Unexpected, format!("cannot make the manual page: {error}"));
    man.render_title(&mut page).and_then(|()| man.render_name_section(&mut page)).map_err(|error| failed(&error))?;
    let mut text = String::new();
    section("SYNOPSIS", &mut text);
    let _ = writeln!(text, ".B {}", roff(&usage(command)));
    page.append(&mut text.into_bytes());
    man.render_description_section(&mut page)
        .and_then(|()| man.render_options_section(&mut page))
        .map_err(|error| failed(&error))?;
    if command.get_subcommands().next().is_some() {
        man.render_subcommands_section(&mut page).map_err(|error| failed(&error))?;
    }
    page.extend_from_slice(further(command, path).as_bytes());
    Ok(page)
}

/// The command with what it takes, on one line.
pub fn usage(command: &Command) -> String {
    let usage = command.clone().render_usage().to_string();
    usage.trim_start_matches("Usage:").trim().to_owned()
}

/// The sections that are not the parser's.
fn further(command: &Command, path: &str) -> String {
    let mut text = String::new();
    if let Some(notes) = command.get_after_help() {
        section("NOTES", &mut text);
        let _ = writeln!(text, ".nf\n{}\n.fi", roff(&notes.to_string()));
    }
    if examples::of(path).next().is_some() {
        section("EXAMPLES", &mut text);
        for example in examples::of(path) {
            let _ = writeln!(text, ".TP\n{}\n.nf\n\\fB{}\\fR\n.fi", roff(example.does), roff(example.line));
        }
    }
    section("EXIT STATUS", &mut text);
    text.push_str(".TP\n.B 0\ndone; nothing found is also done; a closed pipe is done\n");
    for (kind, _, meaning) in FailureKind::ALL {
        let _ = writeln!(text, ".TP\n.B {}\n{}", kind.code(), roff(meaning));
    }
    if path.is_empty() {
        section("ENVIRONMENT", &mut text);
        for (name, meaning) in ENVIRONMENT {
            let _ = writeln!(text, ".TP\n.B {}\n{}", roff(name), roff(meaning));
        }
        section("FILES", &mut text);
        text.push_str(
            ".TP\n.I ~/.config/contacts/config.toml\nprofiles and defaults; one that others can read is warned of\n",
        );
    } else {
        section("SEE ALSO", &mut text);
        let parent = path.rsplit_once(' ').map_or("", |(parent, _)| parent);
        let _ = writeln!(text, ".BR {} (1)", roff(&page_name(parent)));
    }
    text
}

fn section(title: &str, text: &mut String) {
    let _ = writeln!(text, ".SH \"{title}\"");
}

/// Text that means itself to troff.
fn roff(text: &str) -> String {
    let text = text
        .replace('\\', "\\e")
        .replace('-', "\\-")
        .replace('\'', "\\(aq")
        .replace('^', "\\(ha")
        .replace('~', "\\(ti");
    let lines = text.lines().map(|line| if line.starts_with('.') { format!("\\&{line}") } else { line.to_owned() });
    lines.collect::<Vec<_>>().join("\n")
}

fn not_written(path: &Path, error: &io::Error) -> Failure {
    Failure::new(FailureKind::Unexpected, format!("cannot write `{}`: {error}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn examples_mean_themselves_to_troff() {
        assert_eq!(roff(".a 'b' \\n -x\n'c"), "\\&.a \\(aqb\\(aq \\en \\-x\n\\(aqc");
        let page = String::from_utf8(page(&command(), "").unwrap()).unwrap();
        assert!(
            page.contains(".SH \"EXAMPLES\"") && page.contains("\\fBcontacts \\-\\-demo search boris\\fR"),
            "{page}"
        );
    }

    #[test]
    fn examples_belong_to_commands() {
        for example in examples::EXAMPLES {
            let mut command = command();
            for word in example.command.split_whitespace() {
                command = command.find_subcommand(word).expect("the command exists").clone();
            }
        }
    }
}
