//! Long output for a person goes through a pager, as git does it.
//!
//! Knows which pager is wanted and how it is run; what is shown is none of its business.

use std::borrow::Cow;
use std::ffi::OsStr;
use std::io::{self, Write as _};
use std::process::{Command, ExitStatus, Stdio};

use futures_util::FutureExt as _;

use crate::config::Env;
use crate::term::{cells, is_closed_pipe};

use super::context::Context;
use super::failure::Failure;
use super::output::Destination;

/// The pager when none is named.
const DEFAULT: &str = "less -FIRX";

/// What a shell says of a command that is not there, or that is none.
const NOT_FOUND: [i32; 2] = [126, 127];

/// What a shell would not take for part of a plain word.
const SHELL_SIGNS: &[char] =
    &['|', '&', ';', '<', '>', '(', ')', '$', '`', '\\', '"', '\'', '*', '?', '[', '#', '~', '=', '%', '{', '\n'];

/// Prints text for a person on standard output, as [`show`].
pub fn print(context: &Context, text: &[u8]) -> Result<(), Failure> {
    let mut out = Destination::Stdout(context.term.out());
    show(context, &mut out, text)?;
    out.finish()
}

/// Shows all of `text`: in a pager if it is for a terminal and longer than the screen, else in `out`.
pub fn show(context: &Context, out: &mut Destination, text: &[u8]) -> Result<(), Failure> {
    if matches!(out, Destination::Stdout(_))
        && context.term.stdout_is_terminal()
        && context.term.stderr_is_terminal()
        && !context.globals.no_pager
        && let Some(height) = context.term.height()
        && rows(text, context.term.width().unwrap_or(usize::MAX)) >= height
        && let Some(pager) = wanted(&context.env)
    {
        // Ctrl-C belongs to the pager as long as it runs; from now on it does not end this program.
        context.block_on(async { drop(tokio::signal::ctrl_c().now_or_never()) });
        match page(&pager, text, &context.env) {
            Ok(()) => return Ok(()),
            Err(why) => {
                let hint = "set CONTACTS_PAGER or PAGER, or use --no-pager";
                context.say(&format!("warning: the pager `{pager}` {why}; {hint}"));
            }
        }
    }
    out.write(text)
}

/// The pager that the environment asks for; `None` if it asks for none.
fn wanted(env: &Env) -> Option<Cow<'_, str>> {
    // Set but empty means that no pager is wanted, so that it has to be told from unset.
    let variable = |name: &str| env.vars().find(|(known, _)| *known == OsStr::new(name)).map(|(_, value)| value);
    let default = if env.text("TERM") == Some("dumb") { "" } else { DEFAULT };
    let pager = variable("CONTACTS_PAGER").or_else(|| variable("PAGER")).unwrap_or(OsStr::new(default));
    let pager = pager.to_string_lossy();
    let command = pager.trim();
    (!command.is_empty() && command != "cat").then(|| command.to_owned().into())
}

/// Runs `pager` over `text`; the error says why there was none, in which case nothing was shown.
fn page(pager: &str, text: &[u8], env: &Env) -> Result<(), String> {
    let mut command = command(pager, env);
    let mut child = command.stdin(Stdio::piped()).spawn().map_err(|error| cannot(&error))?;
    let written = match child.stdin.take() {
        Some(mut stdin) => stdin.write_all(text),
        None => Ok(()),
    };
    let status = child.wait().map_err(|error| cannot(&error))?;
    match written {
        // Whoever has seen enough closes the pager: a good end.
        Err(error) if !is_closed_pipe(&error) => Err(cannot(&error)),
        _ if is_missing(status) => Err("is not there".to_owned()),
        _ => Ok(()),
    }
}

fn is_missing(status: ExitStatus) -> bool {
    status.code().is_some_and(|code| NOT_FOUND.contains(&code))
}

fn cannot(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => "is not there".to_owned(),
        _ => format!("cannot be run: {error}"),
    }
}

/// Plain words are run as they are, anything else by the shell.
fn command(pager: &str, env: &Env) -> Command {
    let mut command = if pager.contains(SHELL_SIGNS) && cfg!(unix) {
        let mut command = Command::new("/bin/sh");
        command.args(["-c", pager]);
        command
    } else {
        let mut words = pager.split_whitespace();
        let mut command = Command::new(words.next().unwrap_or_default());
        command.args(words);
        command
    };
    command.env_clear().envs(env.vars());
    // What is shown is UTF-8, whether or not a locale says so.
    for (name, value) in [("LESS", "FIRX"), ("LESSCHARSET", "utf-8"), ("LV", "-c")] {
        if env.os(name).is_none() {
            command.env(name, value);
        }
    }
    command
}

/// How many rows of a screen `text` takes, long lines wrapped.
fn rows(text: &[u8], width: usize) -> usize {
    let text = String::from_utf8_lossy(text);
    text.lines().map(|line| cells(&without_sequences(line)).div_ceil(width.max(1)).max(1)).sum()
}

/// A line without colours and links.
fn without_sequences(line: &str) -> Cow<'_, str> {
    if !line.contains('\u{1b}') {
        return Cow::Borrowed(line);
    }
    let mut parts = line.split('\u{1b}');
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        out.push_str(match part.chars().next() {
            Some('[') => {
                part.find(|c: char| ('\u{40}'..='\u{7e}').contains(&c) && c != '[').map_or("", |at| &part[at + 1..])
            }
            // A link's end is an escape of its own.
            Some(']') => "",
            Some(c) => &part[c.len_utf8()..],
            None => "",
        });
    }
    Cow::Owned(out)
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    fn env(vars: &[(&str, &str)]) -> Env {
        Env::made(Path::new("/nowhere"), vars.iter().copied())
    }

    #[test]
    fn the_first_variable_that_is_set_names_the_pager() {
        for (vars, pager) in [
            (&[][..], Some("less -FIRX")),
            (&[("PAGER", "more")], Some("more")),
            (&[("PAGER", "more"), ("CONTACTS_PAGER", " less -S ")], Some("less -S")),
            (&[("PAGER", "more"), ("CONTACTS_PAGER", "")], None),
            (&[("PAGER", "cat")], None),
            (&[("TERM", "dumb")], None),
            (&[("TERM", "dumb"), ("PAGER", "more")], Some("more")),
        ] {
            assert_eq!(wanted(&env(vars)).as_deref(), pager, "{vars:?}");
        }
    }

    #[test]
    fn rows_are_those_of_the_screen() {
        assert_eq!(rows(b"", 80), 0);
        assert_eq!(rows(b"a\n\nb\n", 80), 3);
        assert_eq!(rows("日本語日本語\nx".as_bytes(), 5), 4);
        assert_eq!(
            rows(b"\x1b[1;31mred\x1b[0m \x1b]8;;https://example.com/long/address\x1b\\link\x1b]8;;\x1b\\", 8),
            1
        );
    }

    #[cfg(unix)]
    #[test]
    fn a_pager_gets_everything_and_its_defaults() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("paged");
        let pager = format!("{{ echo $LESS $LESSCHARSET; cat; }} > '{}'", path.display());
        let long = "row\n".repeat(100_000);
        page(&pager, long.as_bytes(), &env(&[("PATH", "/usr/bin:/bin")])).unwrap();
        assert_eq!(std::fs::read_to_string(&path).unwrap(), format!("FIRX utf-8\n{long}"));
        page(&pager, b"", &env(&[("PATH", "/usr/bin:/bin"), ("LESS", "R")])).unwrap();
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "R utf-8\n");
    }

    #[cfg(unix)]
    #[test]
    fn a_pager_that_is_closed_is_well_and_one_that_is_missing_is_not() {
        let env = env(&[("PATH", "/usr/bin:/bin")]);
        let long = "row\n".repeat(100_000);
        assert_eq!(page("true", long.as_bytes(), &env), Ok(()));
        assert_eq!(page("exit 1; #", long.as_bytes(), &env), Ok(()));
        for missing in ["no-such-pager-at-all -R", "no-such-pager-at-all | no-such-one"] {
            assert_eq!(page(missing, long.as_bytes(), &env), Err("is not there".to_owned()), "{missing}");
        }
    }
}
