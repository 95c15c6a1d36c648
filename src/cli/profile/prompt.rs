//! Questions to a person at a terminal. Never used off one.

use std::io::{self, BufRead as _};

use secrecy::SecretString;
use zeroize::Zeroizing;

use crate::config::secret;
use crate::term::{Term, visible};

use super::super::failure::{Failure, FailureKind};

/// How often a wrong answer is asked again.
pub const TRIES: usize = 5;

/// Somebody who answers questions.
pub trait Asker {
    /// Says a line.
    fn say(&mut self, line: &str);

    /// The answer to a question, on one line; `default` if it is empty.
    fn line(&mut self, question: &str, default: Option<&str>) -> Result<String, Failure>;

    /// The answer to a question, not shown while it is typed.
    fn hidden(&mut self, question: &str) -> Result<SecretString, Failure>;

    /// Whether the answer is yes; no if it is empty.
    fn agrees(&mut self, question: &str) -> Result<bool, Failure> {
        let answer = self.line(&format!("{question} [y/N]"), Some("n"))?;
        Ok(matches!(answer.to_lowercase().as_str(), "y" | "yes"))
    }
}

/// A person at the terminal: questions go to standard error.
pub struct Person<'a> {
    term: &'a Term,
}

impl<'a> Person<'a> {
    /// The person, if there is one: both standard input and standard error are terminals.
    pub fn at(term: &'a Term) -> Option<Self> {
        (term.stdin_is_terminal() && term.stderr_is_terminal()).then_some(Self { term })
    }

    fn question(&self, question: &str, default: Option<&str>) {
        let mut text = visible(question).into_owned();
        if let Some(default) = default.filter(|_| !question.ends_with(']')) {
            text.push_str(" [");
            text.push_str(&visible(default));
            text.push(']');
        }
        text.push_str(": ");
        self.term.write_err(text.as_bytes());
    }
}

impl Asker for Person<'_> {
    fn say(&mut self, line: &str) {
        self.term.say(line);
    }

    fn line(&mut self, question: &str, default: Option<&str>) -> Result<String, Failure> {
        self.question(question, default);
        let mut answer = String::new();
        let read = io::stdin().lock().read_line(&mut answer).map_err(|error| unanswered(&error.to_string()))?;
        if read == 0 {
            self.term.write_err(b"\n");
            return Err(unanswered("the input has ended"));
        }
        let answer = answer.trim();
        Ok(if answer.is_empty() { default.unwrap_or_default().to_owned() } else { answer.to_owned() })
    }

    fn hidden(&mut self, question: &str) -> Result<SecretString, Failure> {
        for _ in 0..TRIES {
            self.question(question, None);
            let typed = match rpassword::read_password() {
                Ok(typed) => Zeroizing::new(typed),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {
                    return Err(Failure::new(FailureKind::Interrupted, "interrupted"));
                }
                Err(error) => return Err(unanswered(&error.to_string())),
            };
            match secret::checked(typed.trim()) {
                Ok(secret) => return Ok(secret),
                Err(mistake) => self.say(&format!("it {}", mistake.message)),
            }
        }
        Err(unanswered("no answer could be a secret"))
    }
}

fn unanswered(why: &str) -> Failure {
    Failure::usage(format!("a question was not answered: {why}"))
}

/// Answers as they were written down beforehand, for tests; every one must be asked for.
#[cfg(test)]
pub(in crate::cli) struct Script {
    answers: std::collections::VecDeque<&'static str>,
    /// What was said and asked.
    pub(in crate::cli) heard: Vec<String>,
}

#[cfg(test)]
impl Script {
    pub(in crate::cli) fn new(answers: &[&'static str]) -> Self {
        Self { answers: answers.iter().copied().collect(), heard: Vec::new() }
    }

    pub(in crate::cli) fn is_done(&self) -> bool {
        self.answers.is_empty()
    }
}

#[cfg(test)]
impl Asker for Script {
    fn say(&mut self, line: &str) {
        self.heard.push(line.to_owned());
    }

    fn line(&mut self, question: &str, default: Option<&str>) -> Result<String, Failure> {
        self.heard.push(question.to_owned());
        let answer = self.answers.pop_front().ok_or_else(|| unanswered("the script has ended"))?;
        Ok(if answer.is_empty() { default.unwrap_or_default().to_owned() } else { answer.to_owned() })
    }

    fn hidden(&mut self, question: &str) -> Result<SecretString, Failure> {
        self.line(question, None).map(SecretString::from)
    }
}
