//! `contacts csv-unsafe`: what `--csv-safe` guarded becomes what plain csv would have been, byte for byte.
//!
//! Knows files and streams; what a guard is knows [`crate::render::csv_unsafe`].

use std::fs::File;
use std::io::{self, BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;

use crate::term::visible_lines;

use super::context::Context;
use super::failure::{Failure, FailureKind};
use super::output::{Destination, is_gone};
use super::place::Place;

/// Options of `contacts csv-unsafe`.
#[derive(Args, Clone, Debug)]
pub struct CsvUnsafeArgs {
    /// The file that `--csv-safe` wrote [default: standard input, as `-`]
    #[arg(value_name = "FILE")]
    file: Option<PathBuf>,
    /// Write to this file, whole or not at all; it may be the same
    #[arg(long, value_name = "FILE", help_heading = "How to show it")]
    out: Option<PathBuf>,
}

/// Runs `contacts csv-unsafe`.
pub fn run(context: &Context, args: &CsvUnsafeArgs) -> Result<ExitCode, Failure> {
    let file = args.file.as_deref().filter(|file| *file != Path::new("-"));
    let (reader, name): (Box<dyn BufRead>, String) = match file {
        Some(path) => {
            let name = format!("`{}`", path.display());
            let file = File::open(path).map_err(|error| not_read(&name, &error))?;
            (Box::new(BufReader::with_capacity(64 * 1024, file)), name)
        }
        None => {
            if context.term.stdin_is_terminal() {
                context.say("reading csv from standard input; end with Ctrl-D");
            }
            (Box::new(io::stdin().lock()), "standard input".to_owned())
        }
    };
    let place = args.out.as_deref().map_or(Ok(Place::Standard), |path| Place::of(path, "--out"))?;
    let out = Destination::open(&place, &context.term)?;
    let reader = Reader { reader, failed: None };
    let shown = place.is_terminal() || (place == Place::Standard && context.term.stdout_is_terminal());
    let manner = if shown { Manner::Shown } else { Manner::Exact };
    match restore(reader, &name, Sink { out, manner, line: Vec::new(), broken: None }) {
        Err(failure) if !is_gone(&failure) => Err(failure),
        _ => Ok(ExitCode::SUCCESS),
    }
}

fn restore(mut reader: Reader, name: &str, mut sink: Sink) -> Result<(), Failure> {
    let restored = crate::render::csv_unsafe(&mut reader, &mut sink);
    if let Some(failure) = sink.broken {
        return Err(failure);
    }
    if let Some(error) = reader.failed {
        return Err(not_read(name, &error));
    }
    restored.map_err(|error| Failure::new(FailureKind::Unexpected, format!("cannot restore {name}: {error}")))?;
    sink.finish()
}

fn not_read(name: &str, error: &io::Error) -> Failure {
    let failure = Failure::usage(format!("cannot read {name}: {error}"));
    match error.kind() {
        io::ErrorKind::NotFound | io::ErrorKind::IsADirectory => {
            failure.hint("name a file that `-o csv --csv-safe` wrote, or none to read standard input")
        }
        _ => failure,
    }
}

/// Remembers why it could not be read, to be told from a place that could not be written.
struct Reader {
    reader: Box<dyn BufRead>,
    failed: Option<io::Error>,
}

impl io::Read for Reader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.reader.read(buffer)
    }
}

impl BufRead for Reader {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        loop {
            match self.reader.fill_buf() {
                Ok(_) => break,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => {
                    let kind = error.kind();
                    self.failed = Some(error);
                    return Err(kind.into());
                }
            }
        }
        self.reader.fill_buf()
    }

    fn consume(&mut self, amount: usize) {
        self.reader.consume(amount);
    }
}

/// Whether bytes are written as they are, or shown on a terminal, which they must not drive.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Manner {
    Exact,
    Shown,
}

struct Sink {
    out: Destination,
    manner: Manner,
    /// The begun line, on a terminal.
    line: Vec<u8>,
    broken: Option<Failure>,
}

impl Sink {
    fn write_shown(&mut self, from: usize) -> Result<(), Failure> {
        let whole = self.line[from..].iter().rposition(|byte| *byte == b'\n').map_or(0, |at| from + at + 1);
        let text = shown(&self.line[..whole]);
        self.line.drain(..whole);
        self.out.write(text.as_bytes())
    }

    fn finish(mut self) -> Result<(), Failure> {
        let text = shown(&self.line);
        self.out.write(text.as_bytes())?;
        self.out.finish()
    }
}

impl Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = match self.manner {
            Manner::Exact => self.out.write(bytes),
            Manner::Shown => {
                let from = self.line.len();
                self.line.extend_from_slice(bytes);
                self.write_shown(from)
            }
        };
        written.map(|()| bytes.len()).map_err(|failure| {
            self.broken = Some(failure);
            io::ErrorKind::Other.into()
        })
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Text for a terminal; a line's end is `\n`, whatever the file has.
fn shown(bytes: &[u8]) -> String {
    visible_lines(&String::from_utf8_lossy(bytes).replace("\r\n", "\n")).into_owned()
}

#[cfg(test)]
mod tests {
    use crate::term::{Term, TermOptions};

    use super::*;

    fn destination(path: &Path) -> Result<Destination, Failure> {
        Destination::open(&Place::of(path, "--out")?, &Term::new(&TermOptions::default()))
    }

    fn to_file(text: &[u8], path: &Path, manner: Manner) -> Result<(), Failure> {
        let reader = Reader { reader: Box::new(io::Cursor::new(text.to_owned())), failed: None };
        let sink = Sink { out: destination(path)?, manner, line: Vec::new(), broken: None };
        restore(reader, "standard input", sink)
    }

    #[test]
    fn a_file_is_restored_to_the_byte() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("out.csv");
        to_file(b"id,name\r\n1,\"'=1+1\"\r\n2,\"''tis\"\r\n3,caf\xc3\xa9 \xff\r\n", &path, Manner::Exact).unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), b"id,name\r\n1,=1+1\r\n2,'tis\r\n3,caf\xc3\xa9 \xff\r\n");
    }

    #[test]
    fn a_terminal_is_not_driven() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("shown");
        to_file(b"a\r\n\"'=\x1b[31m\",\xff\r\nend", &path, Manner::Shown).unwrap();
        let text = std::fs::read_to_string(&path).unwrap();
        assert!(!text.contains(['\u{1b}', '\r']) && text.starts_with("a\n=") && text.ends_with("\nend"), "{text:?}");
    }

    #[test]
    fn what_cannot_be_read_leaves_the_file_alone() {
        struct Broken;
        impl io::Read for Broken {
            fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
                Err(io::Error::other("the disk is gone"))
            }
        }
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("out.csv");
        std::fs::write(&path, "before").unwrap();
        let reader = Reader { reader: Box::new(BufReader::new(Broken)), failed: None };
        let out = destination(&path).unwrap();
        let failure = restore(reader, "`in.csv`", Sink { out, manner: Manner::Exact, line: Vec::new(), broken: None })
            .unwrap_err();
        assert_eq!(
            (failure.kind, failure.message.as_str()),
            (FailureKind::Usage, "cannot read `in.csv`: the disk is gone")
        );
        assert_eq!(std::fs::read(&path).unwrap(), b"before");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1, "nothing is left behind");
    }
}
