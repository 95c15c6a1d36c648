//! One value of a file or of the environment, and what it means for its key.

use std::time::Duration;

use secrecy::SecretString;
use toml::de::DeValue;

use crate::vendor::KeyKind;

use super::defaults::History;
use super::duration;
use super::error::Mistake;
use super::nearest::did_you_mean;
use super::profile::{SecretCommand, SecretSource};

/// A value as it was given.
#[derive(Clone, Copy)]
pub enum Given<'a> {
    /// In a TOML file.
    Toml(&'a DeValue<'a>),
    /// In an environment variable of this name.
    Variable(&'a str, &'a str),
}

impl<'a> Given<'a> {
    /// The value as text, if text was given.
    pub fn text(self) -> Result<&'a str, Mistake> {
        match self {
            Self::Variable(_, text) => Ok(text),
            Self::Toml(DeValue::String(text)) => Ok(text),
            Self::Toml(other) => Err(Mistake::new(format!("must be text in quotes, not {}", kind_of(other)))),
        }
    }

    /// A whole number from `least` on.
    pub fn number(self, least: u64) -> Result<u64, Mistake> {
        let digits = match self {
            Self::Toml(DeValue::Integer(number)) if number.radix() == 10 => number.as_str(),
            Self::Toml(DeValue::String(text)) => text,
            Self::Variable(_, text) => text.trim(),
            Self::Toml(other) => return Err(Mistake::new(format!("must be a whole number, not {}", kind_of(other)))),
        };
        let number = digits.strip_prefix('+').unwrap_or(digits).parse::<u64>();
        number
            .ok()
            .filter(|number| *number >= least)
            .ok_or_else(|| Mistake::new(format!("is `{digits}`, not a whole number from {least} on")))
    }

    /// A whole number from `least` on that fits 32 bits.
    pub fn small_number(self, least: u32) -> Result<u32, Mistake> {
        let number = self.number(u64::from(least))?;
        u32::try_from(number).map_err(|_| Mistake::new(format!("is `{number}`, which is too much")))
    }

    /// `true` or `false`.
    pub fn flag(self) -> Result<bool, Mistake> {
        match self {
            Self::Toml(DeValue::Boolean(flag)) => Ok(*flag),
            Self::Variable(_, "true" | "1" | "yes") => Ok(true),
            Self::Variable(_, "false" | "0" | "no") => Ok(false),
            Self::Variable(_, text) => Err(Mistake::new(format!("is `{text}`, not `true` or `false`"))),
            Self::Toml(other) => {
                Err(Mistake::new(format!("must be `true` or `false`, without quotes, not {}", kind_of(other))))
            }
        }
    }

    /// A length of time; a number counts seconds.
    pub fn duration(self, parse: fn(&str) -> Result<Duration, &'static str>) -> Result<Duration, Mistake> {
        let text = match self {
            Self::Toml(DeValue::Integer(number)) if number.radix() == 10 => number.as_str(),
            _ => self.text()?,
        };
        parse(text).map_err(|what| Mistake::new(format!("is `{text}`, {what}")))
    }

    /// How long the mirror remembers: a length of time with its unit, nothing (`0`), or `forever`.
    pub fn history(self) -> Result<History, Mistake> {
        const SHAPES: &str = "write a length of time such as `90d`, `0` for none, or `forever`";
        let text = match self {
            Self::Toml(DeValue::Integer(number)) if number.as_str() == "0" => "0",
            Self::Toml(DeValue::Integer(number)) => {
                let what = format!("is `{}`, which does not say of what", number.as_str());
                return Err(Mistake::new(what).hint(SHAPES));
            }
            _ => self.text()?.trim(),
        };
        if text == "forever" {
            return Ok(History::Forever);
        }
        if text != "0" && text.bytes().all(|byte| byte.is_ascii_digit()) && !text.is_empty() {
            return Err(Mistake::new(format!("is `{text}`, which does not say of what")).hint(SHAPES));
        }
        let kept = duration::parse(text).map(History::Kept);
        kept.map_err(|what| Mistake::new(format!("is `{text}`, {what}")).hint(SHAPES))
    }

    /// One of `words`.
    pub fn choice(self, words: &[&'static str]) -> Result<&'static str, Mistake> {
        let text = self.text()?;
        let found = words.iter().copied().find(|word| *word == text);
        found.ok_or_else(|| {
            Mistake::new(format!("is `{text}`, not one of {}", words.join(", ")))
                .hint(did_you_mean(text, words.iter().copied()))
        })
    }

    /// A list of texts, or one text split at its commas.
    pub fn list(self) -> Result<Vec<String>, Mistake> {
        let Self::Toml(DeValue::Array(items)) = self else {
            let words = self.text()?.split(',').map(|word| word.trim().to_owned());
            return Ok(words.filter(|word| !word.is_empty()).collect());
        };
        let text = |item: &DeValue<'_>| item.as_str().map(ToOwned::to_owned);
        let texts: Option<Vec<String>> = items.iter().map(|item| text(item.get_ref())).collect();
        texts.ok_or_else(|| Mistake::new("must be a list of texts in quotes"))
    }

    /// A vendor's key that is no secret, checked and as text.
    pub fn setting(self, kind: KeyKind) -> Result<String, Mistake> {
        match kind {
            KeyKind::Number => self.number(1).map(|number| number.to_string()),
            KeyKind::Flag => self.flag().map(|flag| flag.to_string()),
            KeyKind::Choice(words) => self.choice(words).map(ToOwned::to_owned),
            KeyKind::Text | KeyKind::Secret => match self.text()? {
                "" => Err(Mistake::new("is empty")),
                text if text.chars().any(char::is_control) => Err(Mistake::new("has a control character in it")),
                text => Ok(text.to_owned()),
            },
        }
    }

    /// Where a secret is kept. The mistakes never show the value.
    pub fn secret(self) -> Result<SecretSource, Mistake> {
        const SHAPES: &str = "write text, { env = \"NAME\" }, { command = \"…\" } or { keyring = true }";
        let table = match self {
            Self::Variable(name, _) => return Ok(SecretSource::Env(name.to_owned())),
            Self::Toml(DeValue::String(text)) => return Ok(SecretSource::Plain(SecretString::from(text.as_ref()))),
            Self::Toml(DeValue::Table(table)) => table,
            Self::Toml(other) => {
                return Err(Mistake::new(format!("is a secret and cannot be {}", kind_of(other))).hint(SHAPES));
            }
        };
        let mut entries = table.iter();
        let (Some((key, value)), None) = (entries.next(), entries.next()) else {
            return Err(Mistake::new("must name exactly one place").hint(SHAPES));
        };
        let value = value.get_ref();
        match key.get_ref().as_ref() {
            "env" => match value.as_str() {
                Some(name) if is_variable_name(name) => Ok(SecretSource::Env(name.to_owned())),
                _ => Err(Mistake::new("must be { env = \"NAME\" } with the name of a variable")),
            },
            "keyring" => match value.as_bool() {
                Some(true) => Ok(SecretSource::Keyring),
                _ => Err(Mistake::new("must be { keyring = true } if it is in the keyring").hint(SHAPES)),
            },
            "command" => secret_command(value).map(SecretSource::Command),
            other => {
                let hint = did_you_mean(other, ["env", "command", "keyring"]);
                Err(Mistake::new(format!("has an unknown kind of place, `{other}`")).hint(hint))
            }
        }
    }
}

fn secret_command(value: &DeValue<'_>) -> Result<SecretCommand, Mistake> {
    let wrong =
        || Mistake::new("must be { command = \"a line for the shell\" } or { command = [\"program\", \"argument\"] }");
    match value {
        DeValue::String(line) if !line.trim().is_empty() => Ok(SecretCommand::Shell(line.as_ref().to_owned())),
        DeValue::Array(_) => {
            let words = Given::Toml(value).list().map_err(|_| wrong())?;
            let runs = words.first().is_some_and(|program| !program.is_empty());
            if runs { Ok(SecretCommand::Exec(words)) } else { Err(wrong()) }
        }
        _ => Err(wrong()),
    }
}

/// Whether `name` can be the name of an environment variable.
pub fn is_variable_name(name: &str) -> bool {
    !name.is_empty() && !name.contains(|c: char| c == '=' || c.is_control() || c.is_whitespace())
}

/// What a value is, in words.
fn kind_of(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::String(_) => "text",
        DeValue::Integer(_) | DeValue::Float(_) => "a number",
        DeValue::Boolean(_) => "`true` or `false`",
        DeValue::Datetime(_) => "a date",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
    }
}

/// A time-out, in the shape [`Given::duration`] wants.
pub const POSITIVE: fn(&str) -> Result<Duration, &'static str> = duration::parse_positive;
/// A length of time that may be zero.
pub const ANY: fn(&str) -> Result<Duration, &'static str> = duration::parse;
