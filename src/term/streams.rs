//! The standard streams: whether they are terminals, how wide, and the only writers of both.

use std::io::{self, BufWriter, IsTerminal, StderrLock, StdoutLock, Write};

use super::{ColorChoice, Paint, Style, visible};

/// The width assumed of a terminal that does not tell.
const DEFAULT_WIDTH: usize = 80;

/// What flags and environment say about the terminal; the caller reads them.
#[derive(Clone, Debug, Default)]
pub struct TermOptions {
    /// `--color`.
    pub color: ColorChoice,
    /// `NO_COLOR`, any value; an empty one counts as unset.
    pub no_color: Option<String>,
    /// `CLICOLOR_FORCE`, any value; empty and `0` count as unset.
    pub clicolor_force: Option<String>,
    /// `TERM`.
    pub term: Option<String>,
    /// `COLUMNS`, the width of a terminal that does not tell; ignored off a terminal.
    pub columns: Option<String>,
}

/// The standard streams of the process and what they can do.
#[derive(Clone, Debug)]
pub struct Term {
    stdin: bool,
    stdout: bool,
    stderr: bool,
    width: Option<usize>,
    height: Option<usize>,
    out_paint: Paint,
    err_paint: Paint,
    dumb: bool,
}

impl Term {
    /// Looks at the streams of the process.
    pub fn new(options: &TermOptions) -> Self {
        let (stdin, stdout, stderr) =
            (io::stdin().is_terminal(), io::stdout().is_terminal(), io::stderr().is_terminal());
        let measured = if stdout { terminal_size::terminal_size_of(io::stdout()) } else { None };
        let height = measured.map(|(_, height)| usize::from(height.0)).filter(|height| *height > 0);
        Self { height, ..Self::with(options, [stdin, stdout, stderr], measured.map(|(width, _)| usize::from(width.0))) }
    }

    fn with(options: &TermOptions, [stdin, stdout, stderr]: [bool; 3], measured: Option<usize>) -> Self {
        let told = || options.columns.as_deref().and_then(|columns| columns.trim().parse().ok());
        let width = measured.filter(|width| *width > 0).or_else(told).filter(|width| *width > 0);
        let dumb = options.term.as_deref() == Some("dumb");
        Self {
            stdin,
            stdout,
            stderr,
            width: stdout.then(|| width.unwrap_or(DEFAULT_WIDTH)),
            height: None,
            out_paint: paint(options, stdout && !dumb),
            err_paint: paint(options, stderr && !dumb),
            dumb,
        }
    }

    /// Whether standard input is a terminal.
    pub fn stdin_is_terminal(&self) -> bool {
        self.stdin
    }

    /// Whether standard output is a terminal.
    pub fn stdout_is_terminal(&self) -> bool {
        self.stdout
    }

    /// Whether standard error is a terminal.
    pub fn stderr_is_terminal(&self) -> bool {
        self.stderr
    }

    /// The width of standard output in cells; `None` off a terminal.
    pub fn width(&self) -> Option<usize> {
        self.width
    }

    /// The height of standard output in rows; `None` off a terminal, and on one that does not tell.
    pub fn height(&self) -> Option<usize> {
        self.height
    }

    /// Whether standard output is painted.
    pub fn color(&self) -> Paint {
        self.out_paint
    }

    /// Whether standard error is painted.
    pub fn err_color(&self) -> Paint {
        self.err_paint
    }

    /// Whether standard output takes sequences beyond colour, as hyperlinks.
    pub fn takes_links(&self) -> bool {
        self.stdout && !self.dumb && self.out_paint == Paint::Colored
    }

    /// Locks standard output, buffered; data goes here and nowhere else.
    pub fn out(&self) -> Out {
        Out { writer: BufWriter::with_capacity(64 * 1024, io::stdout().lock()) }
    }

    /// Says one line on standard error. Everything in it is made visible, line feeds included.
    pub fn say(&self, line: &str) {
        self.say_styled(&[(Style::Normal, line)]);
    }

    /// Says one line on standard error, in pieces with a style each. Everything in them is made visible.
    pub fn say_styled(&self, pieces: &[(Style, &str)]) {
        self.write_err(styled_line(self.err_paint, pieces).as_bytes());
    }

    /// Writes bytes to standard error as they are, for what the program made itself: reports, progress, an error as JSON.
    pub fn write_err(&self, bytes: &[u8]) {
        let mut stderr: StderrLock<'_> = io::stderr().lock();
        // Where standard error is closed there is nobody left to tell.
        let _ = stderr.write_all(bytes).and_then(|()| stderr.flush());
    }
}

/// One line in pieces with a style each, everything in them made visible.
pub(crate) fn styled_line(paint: Paint, pieces: &[(Style, &str)]) -> String {
    let mut line = String::with_capacity(pieces.iter().map(|(_, text)| text.len() + 12).sum());
    for (style, text) in pieces {
        paint.write(*style, &visible(text), &mut line);
    }
    line.push('\n');
    line
}

fn paint(options: &TermOptions, able: bool) -> Paint {
    let set = |value: &Option<String>| value.as_deref().is_some_and(|value| !value.is_empty());
    let forced = set(&options.clicolor_force) && options.clicolor_force.as_deref() != Some("0");
    let colored = match options.color {
        ColorChoice::Always => true,
        ColorChoice::Never => false,
        ColorChoice::Auto if set(&options.no_color) => false,
        ColorChoice::Auto => forced || able,
    };
    if colored { Paint::Colored } else { Paint::Plain }
}

/// Standard output, locked and buffered.
#[derive(Debug)]
pub struct Out {
    writer: BufWriter<StdoutLock<'static>>,
}

impl Write for Out {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.writer.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.writer.flush()
    }
}

/// Whether the reader of a pipe has gone, as after `| head`; that is done, not failed.
pub fn is_closed_pipe(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::BrokenPipe
}

#[cfg(test)]
mod tests {
    use super::*;

    fn options(color: ColorChoice, no_color: &str, force: &str, term: &str) -> TermOptions {
        let some = |text: &str| Some(text.to_owned());
        TermOptions {
            color,
            no_color: some(no_color),
            clicolor_force: some(force),
            term: some(term),
            columns: some("132"),
        }
    }

    #[test]
    fn colour_is_decided_by_flag_then_environment_then_terminal() {
        for (color, no_color, force, term, tty, colored) in [
            (ColorChoice::Auto, "", "", "xterm", true, true),
            (ColorChoice::Auto, "", "", "xterm", false, false),
            (ColorChoice::Auto, "", "", "dumb", true, false),
            (ColorChoice::Auto, "1", "1", "xterm", true, false),
            (ColorChoice::Auto, "", "1", "xterm", false, true),
            (ColorChoice::Auto, "", "0", "xterm", false, false),
            (ColorChoice::Always, "1", "", "dumb", false, true),
            (ColorChoice::Never, "", "1", "xterm", true, false),
        ] {
            let options = options(color, no_color, force, term);
            let term = Term::with(&options, [tty; 3], None);
            assert_eq!(term.color() == Paint::Colored, colored, "{options:?} {tty}");
        }
    }

    #[test]
    fn width_is_the_terminals_then_the_environments() {
        let options = options(ColorChoice::Auto, "", "", "xterm");
        assert_eq!(Term::with(&options, [true; 3], Some(100)).width(), Some(100));
        assert_eq!(Term::with(&options, [true; 3], Some(0)).width(), Some(132));
        assert_eq!(Term::with(&TermOptions::default(), [true; 3], None).width(), Some(80));
        assert_eq!(Term::with(&options, [false; 3], Some(100)).width(), None);
    }
}
