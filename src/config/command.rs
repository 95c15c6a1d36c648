//! Runs a command that prints a secret, within a deadline, and keeps what it says out of sight.

use std::io::{self, IsTerminal as _, Read};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::thread;
use std::time::{Duration, Instant};

use zeroize::Zeroizing;

use super::env::Env;
use super::error::Mistake;
use super::file::reason;
use super::profile::SecretCommand;

/// A command that takes longer has hung; it is long enough to type a passphrase.
pub const DEADLINE: Duration = Duration::from_secs(30);

/// More output than this is no secret.
const MAX_OUTPUT: u64 = 64 << 10;

/// What the command printed on its standard output.
///
/// Standard input is the terminal if there is one, so that a passphrase can be asked for. Nothing the command says is
/// ever shown: what it complains of may hold the secret itself.
pub fn output(command: &SecretCommand, env: &Env, deadline: Duration) -> Result<Zeroizing<Vec<u8>>, Mistake> {
    let program = command.program();
    let mut child = prepared(command, env)
        .spawn()
        .map_err(|error| Mistake::new(format!("the command `{program} …` cannot be started: {}", reason(&error))))?;
    let printed = collect(child.stdout.take());
    let started = Instant::now();
    let status = loop {
        match child.try_wait() {
            Ok(Some(status)) => break status,
            Ok(None) if started.elapsed() >= deadline => {
                stop(&mut child);
                let message = format!("the command `{program} …` did not end within {} s", deadline.as_secs());
                return Err(Mistake::new(message));
            }
            Ok(None) => thread::sleep(Duration::from_millis(if started.elapsed().as_millis() < 50 { 1 } else { 10 })),
            Err(error) => return Err(Mistake::new(format!("the command `{program} …` was lost: {}", reason(&error)))),
        }
    };
    let printed = finish(&printed);
    if status.success() {
        return Ok(printed);
    }
    let message = format!("the command `{program} …` failed ({status})");
    Err(Mistake::new(message).hint("run it by hand to see what it says; its output is never shown here"))
}

fn prepared(command: &SecretCommand, env: &Env) -> Command {
    let mut prepared = match command {
        SecretCommand::Shell(line) => {
            let (shell, flag) = if cfg!(windows) { ("cmd", "/C") } else { ("sh", "-c") };
            let mut prepared = Command::new(shell);
            prepared.arg(flag).arg(line);
            prepared
        }
        SecretCommand::Exec(words) => {
            let mut words = words.iter();
            let mut prepared = Command::new(words.next().map_or("", String::as_str));
            prepared.args(words);
            prepared
        }
    };
    let input = if io::stdin().is_terminal() { Stdio::inherit() } else { Stdio::null() };
    prepared.env_clear().envs(env.vars()).stdin(input).stdout(Stdio::piped()).stderr(Stdio::null());
    prepared
}

/// Reads a stream to its end on a thread of its own, up to the limit.
fn collect(stream: Option<impl Read + Send + 'static>) -> Receiver<Zeroizing<Vec<u8>>> {
    let (sender, receiver) = mpsc::channel();
    if let Some(mut stream) = stream {
        thread::spawn(move || {
            let mut bytes = Zeroizing::new(Vec::with_capacity(4096));
            // What was read before a failure counts; the exit status tells the rest.
            let _ = stream.by_ref().take(MAX_OUTPUT).read_to_end(&mut bytes);
            let _ = sender.send(bytes);
            let _ = io::copy(&mut stream, &mut io::sink());
        });
    }
    receiver
}

/// What a stream held; a grandchild that keeps it open after the command has ended is not waited for.
fn finish(stream: &Receiver<Zeroizing<Vec<u8>>>) -> Zeroizing<Vec<u8>> {
    stream.recv_timeout(Duration::from_secs(1)).unwrap_or_default()
}

fn stop(child: &mut Child) {
    // It may have ended in this very moment; there is nothing else to do about either failure.
    let _ = child.kill();
    let _ = child.wait();
}

#[cfg(unix)]
#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    fn env() -> Env {
        Env::made(Path::new("/"), [("PATH", "/usr/bin:/bin"), ("WHO", "ann")])
    }

    fn shell(line: &str) -> Result<Zeroizing<Vec<u8>>, Mistake> {
        output(&SecretCommand::Shell(line.to_owned()), &env(), DEADLINE)
    }

    #[test]
    fn a_string_goes_through_the_shell_and_a_list_does_not() {
        assert_eq!(*shell("printf %s \"$WHO\" | tr a-z A-Z").unwrap(), b"ANN");
        assert_eq!(*shell("printf %s \"${CARGO_MANIFEST_DIR-none}\"").unwrap(), b"none", "it sees the snapshot alone");
        let list = SecretCommand::Exec(["printf", "%s", "$WHO | tr"].map(String::from).to_vec());
        assert_eq!(*output(&list, &env(), DEADLINE).unwrap(), b"$WHO | tr");
    }

    #[test]
    fn a_failure_shows_nothing_the_command_said() {
        let error = shell("echo s3cret; echo 'the password s3cret was refused' >&2; exit 3").unwrap_err();
        assert!(error.message.ends_with("failed (exit status: 3)"), "{error:?}");
        assert!(!format!("{error:?}").contains("s3cret"), "{error:?}");
    }

    #[test]
    fn what_cannot_start_or_does_not_end_is_told() {
        let missing = SecretCommand::Exec(vec!["no-such-program-here".to_owned()]);
        assert!(output(&missing, &env(), DEADLINE).unwrap_err().message.contains("cannot be started"));
        let slow = SecretCommand::Exec(vec!["sleep".to_owned(), "60".to_owned()]);
        assert!(output(&slow, &env(), Duration::ZERO).unwrap_err().message.contains("did not end"));
    }

    #[test]
    fn a_flood_is_cut_and_does_not_block() {
        let bytes = shell("head -c 1000000 /dev/zero").unwrap();
        assert_eq!(bytes.len() as u64, MAX_OUTPUT);
    }
}
