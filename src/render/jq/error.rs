//! What is wrong with a filter, with the place and what to do.

use std::fmt::Display;

use jaq_core::compile::Undefined;
use jaq_core::load;

use super::super::format::nearest;

/// What is wrong with a filter, or went wrong while it ran.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct JqError {
    /// What is wrong, in a lower-case fragment.
    pub message: String,
    /// The line of the filter and a caret below the place, if it is known; to be said as lines of their own.
    pub lines: Vec<String>,
    /// What to do about it.
    pub hint: Option<String>,
}

impl JqError {
    pub(super) fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), lines: Vec::new(), hint: None }
    }

    /// An error at `part`, a slice of `code`; at the end of `code` if it is none.
    fn at(code: &str, part: Option<&str>, message: &str) -> Self {
        let start = part.and_then(|part| (part.as_ptr() as usize).checked_sub(code.as_ptr() as usize));
        let start = start.filter(|start| *start <= code.len()).unwrap_or(code.len());
        let before = code.get(..start).unwrap_or(code);
        let line_start = before.rfind('\n').map_or(0, |at| at + 1);
        let line = code[line_start..].lines().next().unwrap_or("");
        let column = crate::term::cells(&crate::term::visible(&before[line_start..]));
        let row = before.matches('\n').count();
        let place = if row > 0 { format!(" in line {}", row + 1) } else { String::new() };
        Self {
            message: format!(
                "the jq filter is wrong{place} at column {}: {message}",
                before[line_start..].chars().count() + 1
            ),
            lines: vec![crate::term::visible(line).into_owned(), format!("{}^", " ".repeat(column))],
            hint: None,
        }
    }
}

pub(super) fn load_error(code: &str, errors: &load::Errors<&str, ()>) -> JqError {
    let found = |found: &str| if found.is_empty() { "the end".to_owned() } else { format!("`{found}`") };
    match errors.first().map(|(_, error)| error) {
        Some(load::Error::Lex(errors)) => match errors.first() {
            Some((load::lex::Expect::Delim(open), part)) => {
                let close = match *open {
                    "(" => ")",
                    "[" => "]",
                    "{" => "}",
                    other => other,
                };
                let mut error = JqError::at(code, Some(part), &format!("`{open}` is never closed"));
                error.hint = Some(format!("add `{close}`"));
                error
            }
            Some((expected, part)) => {
                let got = part.chars().next().map(String::from).unwrap_or_default();
                JqError::at(code, Some(part), &format!("expected {}, found {}", expected.as_str(), found(&got)))
            }
            None => JqError::new("the jq filter cannot be read"),
        },
        Some(load::Error::Parse(errors)) => match errors.first() {
            Some((expected, part)) => {
                let expected = match expected {
                    load::parse::Expect::Term => "a filter",
                    load::parse::Expect::Nothing => "nothing more",
                    other => other.as_str(),
                };
                let part = Some(*part).filter(|part| !part.is_empty());
                JqError::at(code, part, &format!("expected {expected}, found {}", found(part.unwrap_or(""))))
            }
            None => JqError::new("the jq filter cannot be read"),
        },
        Some(load::Error::Io(errors)) => match errors.first() {
            Some((part, _)) => JqError::at(code, Some(part), "modules cannot be loaded here"),
            None => JqError::new("modules cannot be loaded here"),
        },
        None => JqError::new("the jq filter cannot be read"),
    }
}

pub(super) fn undefined_error<'a>(
    code: &str,
    name: &str,
    undefined: &Undefined,
    names: impl Iterator<Item = &'a str>,
) -> JqError {
    let names: Vec<&str> = names.filter(|name| !name.starts_with('_')).collect();
    let arity = match undefined {
        Undefined::Filter(arity) if names.contains(&name) => format!(" with {arity} arguments"),
        _ => String::new(),
    };
    let mut error =
        JqError::at(code, Some(name), &format!("there is no {} called `{name}`{arity}", undefined.as_str()));
    error.hint = match undefined {
        Undefined::Filter(_) if arity.is_empty() => {
            nearest(name, names.into_iter()).map(|near| format!("did you mean `{near}`? a key is written `.{name}`"))
        }
        _ => None,
    }
    .or_else(|| Some("`man jq` describes the language".to_owned()));
    error
}

pub(super) fn runtime_error(error: &impl Display) -> JqError {
    const LONGEST: usize = 300;
    let mut text = error.to_string();
    if let Some((end, _)) = text.char_indices().nth(LONGEST) {
        text.truncate(end);
        text.push('…');
    }
    let mut error = JqError::new(format!("the jq filter failed: {text}"));
    error.hint = Some("`?` after an expression skips what it cannot do; `-o json` shows the input".to_owned());
    error
}
