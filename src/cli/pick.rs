//! `contacts pick`: choose one contact at a terminal, by typing parts of it.
//!
//! Loads contacts by a query as any other, then knows keys and screen; what the screen shows is made in [`frame`].

pub(super) mod frame;

use std::io;
use std::process::ExitCode;
use std::time::Duration;

use clap::Args;
use crossterm::event::{self, Event, KeyCode, KeyEvent, KeyEventKind, KeyModifiers};
use crossterm::{cursor, queue, terminal};

use crate::model::{Contact, Filter};
use crate::render::RecordKind;
use crate::term::{Term, visible};

use super::args::SelectArgs;
use super::ask::collect;
use super::context::{Context, Opened};
use super::failure::{Failure, FailureKind, combined};
use super::find::{SearchArgs, resolve, text_filter};
use super::interrupt;
use super::output::{Show, is_gone, print};
use super::progress::Line;
use super::run::manner;

use frame::{State, frame, list_rows};

/// How often signals are looked for while no key is pressed.
const PATIENCE: Duration = Duration::from_millis(250);

/// Options of `contacts pick`.
#[derive(Args, Clone, Debug)]
pub struct PickArgs {
    /// Words by which the vendor searches first [default: the most recent contacts]
    query: Vec<String>,
    /// Choose among so many
    #[arg(long, allow_negative_numbers = true, short = 'n', value_name = "N", default_value_t = 500, value_parser = clap::value_parser!(u64).range(1..=100_000), help_heading = "How many")]
    limit: u64,
}

/// Runs `contacts pick`.
pub fn run(context: &Context, args: &PickArgs) -> Result<ExitCode, Failure> {
    if !context.term.stdin_is_terminal() || !context.term.stderr_is_terminal() {
        return Err(Failure::usage("there is no terminal to pick at")
            .hint("`contacts search` finds contacts without asking anybody"));
    }
    let show = Show::resolve(context)?;
    show.columns(RecordKind::Contact, false)?;
    let filter = if args.query.is_empty() {
        Filter::default()
    } else {
        text_filter(&SearchArgs { query: args.query.clone(), ..SearchArgs::default() })?
    };
    let select = SelectArgs { limit: Some(args.limit), ..SelectArgs::default() };
    let query = resolve(context, &select, filter, &show)?;
    let opened = context.open()?;
    let line = Line::new(context, &opened.sources, false);
    let manner = manner(context, &opened, &line);
    let asked = collect(&opened.sources, &query, &manner);
    let Some((contacts, answers)) = context.block_on(interrupt::unless_interrupted(asked)) else {
        return Ok(ExitCode::from(FailureKind::Interrupted.code()));
    };
    line.clear();
    let mut failures = opened.failures.clone();
    failures.extend(answers.iter().filter_map(|answer| {
        let error = answer.outcome.error.as_ref()?;
        Some(Failure::from_source(error, &answer.profile, &answer.vendor))
    }));
    for failure in &failures {
        context.tell(failure);
    }
    if contacts.is_empty() {
        if let Some(kind) = combined(failures.iter().map(|failure| failure.kind)) {
            return Ok(ExitCode::from(kind.code()));
        }
        return Err(Failure::new(FailureKind::NotFound, "there is no contact to pick"));
    }
    let mut state = State::new(contacts, context.clock.now(), context.term.err_color());
    let chosen = choose(context, &mut state)?;
    match chosen {
        None => Ok(ExitCode::from(FailureKind::Interrupted.code())),
        Some(contact) => answer(context, &show, &opened, contact),
    }
}

fn answer(context: &Context, show: &Show, opened: &Opened, contact: &Contact) -> Result<ExitCode, Failure> {
    let globals = &context.globals;
    let asked = globals.output.is_some() || globals.jq.is_some() || globals.template.is_some();
    let shown = if asked || globals.columns.is_some() {
        show.rows(context, std::slice::from_ref(contact), RecordKind::Contact, opened.wanted() > 1)
    } else if context.term.stdout_is_terminal() {
        print(context, format!("{}\n", visible(&contact.id)).as_bytes()).map(drop)
    } else {
        print(context, format!("{}\n", contact.id).as_bytes()).map(drop)
    };
    match shown {
        Err(failure) if !is_gone(&failure) => Err(failure),
        _ => Ok(ExitCode::SUCCESS),
    }
}

/// The contact that was chosen; `None` if none was wanted.
fn choose<'a>(context: &Context, state: &'a mut State) -> Result<Option<&'a Contact>, Failure> {
    let broken = |error: &io::Error| {
        Failure::new(FailureKind::Unexpected, format!("the terminal cannot be used: {error}"))
            .hint("`contacts search` needs none")
    };
    let screen = Screen::open(&context.term).map_err(|error| broken(&error))?;
    let mut ended = Box::pin(interrupt::unless_interrupted(std::future::pending::<()>()));
    loop {
        let (width, height) = screen.draw(state).map_err(|error| broken(&error))?;
        while !event::poll(PATIENCE).map_err(|error| broken(&error))? {
            let signalled = async { tokio::time::timeout(Duration::from_millis(1), &mut ended).await.is_ok() };
            if context.block_on(signalled) {
                return Ok(None);
            }
        }
        let Event::Key(key) = event::read().map_err(|error| broken(&error))? else { continue };
        match press(state, key, list_rows(width, height)) {
            Pressed::More => {}
            Pressed::Left => return Ok(None),
            Pressed::Chosen => {
                drop(screen);
                return Ok(state.chosen());
            }
        }
    }
}

/// What a key brought about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Pressed {
    More,
    Chosen,
    Left,
}

fn press(state: &mut State, key: KeyEvent, rows: usize) -> Pressed {
    if key.kind == KeyEventKind::Release {
        return Pressed::More;
    }
    let page = isize::try_from(rows.max(1)).unwrap_or(1);
    let control = key.modifiers.contains(KeyModifiers::CONTROL);
    match key.code {
        KeyCode::Esc => return Pressed::Left,
        KeyCode::Char('c' | 'g') if control => return Pressed::Left,
        KeyCode::Enter if state.chosen().is_some() => return Pressed::Chosen,
        KeyCode::Up => state.go(-1),
        KeyCode::Down => state.go(1),
        KeyCode::Char('p' | 'k') if control => state.go(-1),
        KeyCode::Char('n' | 'j') if control => state.go(1),
        KeyCode::PageUp => state.go(-page),
        KeyCode::PageDown => state.go(page),
        KeyCode::Home => state.go(isize::MIN),
        KeyCode::End => state.go(isize::MAX),
        KeyCode::Backspace => state.edit(|typed| {
            typed.pop();
        }),
        KeyCode::Char('u') if control => state.edit(String::clear),
        KeyCode::Char('w') if control => state.edit(|typed| {
            let end = typed.trim_end().rfind(char::is_whitespace).map_or(0, |at| at + 1);
            typed.truncate(end);
        }),
        KeyCode::Char(c) if !control && !key.modifiers.contains(KeyModifiers::ALT) => state.edit(|typed| typed.push(c)),
        _ => {}
    }
    Pressed::More
}

/// The alternate screen on standard error; what was there before comes back when it is dropped.
struct Screen<'a> {
    term: &'a Term,
}

impl<'a> Screen<'a> {
    fn open(term: &'a Term) -> io::Result<Self> {
        terminal::enable_raw_mode()?;
        let screen = Self { term };
        let mut bytes = Vec::new();
        queue!(bytes, terminal::EnterAlternateScreen, cursor::Hide, terminal::DisableLineWrap)?;
        term.write_err(&bytes);
        Ok(screen)
    }

    /// Draws, and says how large the screen is.
    fn draw(&self, state: &State) -> io::Result<(usize, usize)> {
        let (width, height) = terminal::size()?;
        let size = (usize::from(width.max(1)), usize::from(height.max(1)));
        let mut bytes = Vec::new();
        let mut lines = frame(state, size.0, size.1).into_iter();
        for row in 0..height.max(1) {
            queue!(bytes, cursor::MoveTo(0, row), terminal::Clear(terminal::ClearType::CurrentLine))?;
            bytes.extend_from_slice(lines.next().unwrap_or_default().as_bytes());
        }
        self.term.write_err(&bytes);
        Ok(size)
    }
}

impl Drop for Screen<'_> {
    fn drop(&mut self) {
        let mut bytes = Vec::new();
        // A vector takes what it is given, and a terminal that is gone needs nothing back.
        let _ = queue!(bytes, terminal::EnableLineWrap, cursor::Show, terminal::LeaveAlternateScreen);
        self.term.write_err(&bytes);
        let _ = terminal::disable_raw_mode();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::term::Paint;

    fn state() -> State {
        let named = |(id, name): (&str, &str)| {
            let mut contact = Contact::new("p", "chatwoot", id);
            contact.name = Some(name.into());
            contact
        };
        let contacts = [("1", "Ann Lee"), ("2", "Boris Doe"), ("3", "Anna Doe")].map(named);
        State::new(contacts.to_vec(), jiff::Timestamp::UNIX_EPOCH, Paint::Plain)
    }

    fn type_in(state: &mut State, codes: &[KeyCode], modifiers: KeyModifiers) -> Pressed {
        codes.iter().fold(Pressed::More, |_, code| press(state, KeyEvent::new(*code, modifiers), 10))
    }

    #[test]
    fn typing_narrows_and_enter_chooses() {
        let mut state = state();
        let id = |state: &State| state.chosen().map(|contact| contact.id.to_string());
        assert_eq!(id(&state).as_deref(), Some("1"));
        type_in(&mut state, &[KeyCode::Char('d'), KeyCode::Char('o'), KeyCode::Down], KeyModifiers::NONE);
        assert_eq!(id(&state).as_deref(), Some("3"));
        type_in(&mut state, &[KeyCode::Char('p')], KeyModifiers::CONTROL);
        assert_eq!(id(&state).as_deref(), Some("2"));
        assert_eq!(type_in(&mut state, &[KeyCode::Enter], KeyModifiers::NONE), Pressed::Chosen);
        type_in(&mut state, &[KeyCode::Char('z')], KeyModifiers::NONE);
        assert_eq!(id(&state), None);
        assert_eq!(
            type_in(&mut state, &[KeyCode::Enter], KeyModifiers::NONE),
            Pressed::More,
            "there is nothing to choose"
        );
        type_in(&mut state, &[KeyCode::Char('u')], KeyModifiers::CONTROL);
        type_in(&mut state, &[KeyCode::End, KeyCode::PageDown], KeyModifiers::NONE);
        assert_eq!(id(&state).as_deref(), Some("3"));
        assert_eq!(type_in(&mut state, &[KeyCode::Char('c')], KeyModifiers::CONTROL), Pressed::Left);
        assert_eq!(type_in(&mut state, &[KeyCode::Esc], KeyModifiers::NONE), Pressed::Left);
    }
}
