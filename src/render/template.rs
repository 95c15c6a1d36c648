//! `--template`: the user's own text around the data, by minijinja.
//!
//! A template that speaks of `rows` is rendered once, over all of them; any other once for each row, whose keys are its names.

use std::collections::BTreeSet;

use jiff::Timestamp;
use jiff::fmt::strtime;
use jiff::tz::TimeZone;
use minijinja::syntax::SyntaxConfig;
use minijinja::value::{Rest, Serde, ValueKind};
use minijinja::{AutoEscape, Environment, Error, ErrorKind, UndefinedBehavior, Value};

use crate::model::Time;
use crate::term::{cells, cut, pad, visible_lines};

use super::format::nearest;
use super::{Record, times};

/// The name of all rows together.
const ROWS: &str = "rows";

/// The only template's name.
const NAME: &str = "template";

/// Steps one rendering may take; enough for a million rows, little enough to end.
const FUEL: u64 = 500_000_000;

/// What a template is rendered with.
#[derive(Clone, Copy, Debug, Default)]
pub struct TemplateOptions {
    /// The present, for `ago`.
    pub now: Timestamp,
    /// Whether a terminal reads it; then nothing is sent that could drive it.
    pub tty: bool,
}

/// A template, and the rows it was given if it wants them all at once.
#[derive(Debug)]
pub struct Template {
    environment: Environment<'static>,
    names: BTreeSet<String>,
    ends_line: bool,
    checked: bool,
    rows: Vec<Value>,
    tty: bool,
}

/// What is wrong with a template, or went wrong while it was rendered.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct TemplateError {
    /// What is wrong, in a lower-case fragment.
    pub message: String,
    /// The line of the template and a caret below the place, if it is known; to be said as lines of their own.
    pub lines: Vec<String>,
    /// What to do about it.
    pub hint: Option<String>,
}

impl Template {
    /// Compiles `source`.
    pub fn compile(source: &str, options: TemplateOptions) -> Result<Self, TemplateError> {
        let mut environment = Environment::new();
        environment.set_auto_escape_callback(|_| AutoEscape::None);
        environment.set_undefined_behavior(UndefinedBehavior::Chainable);
        let syntax = SyntaxConfig::builder().keep_trailing_newline(true).build();
        environment.set_syntax(syntax.map_err(|error| describe(source, &error))?);
        environment.set_fuel(Some(FUEL));
        environment.set_formatter(|out, state, value| {
            if value.is_none() { Ok(()) } else { minijinja::escape_formatter(out, state, value) }
        });
        add_helpers(&mut environment, options.now);
        environment.add_template_owned(NAME, source.to_owned()).map_err(|error| describe(source, &error))?;
        let template = environment.get_template(NAME).map_err(|error| describe(source, &error))?;
        let names = template.undeclared_variables(false).into_iter().collect();
        let ends_line = source.ends_with('\n');
        Ok(Self { environment, names, ends_line, checked: false, rows: Vec::new(), tty: options.tty })
    }

    #[cfg(test)]
    fn with_fuel(mut self, fuel: u64) -> Self {
        self.environment.set_fuel(Some(fuel));
        self
    }

    /// Whether it is rendered once over all rows.
    pub fn wants_all_rows(&self) -> bool {
        self.names.contains(ROWS)
    }

    /// Takes a row; appends its text unless the template wants all rows at once.
    pub fn push(&mut self, record: &dyn Record, out: &mut Vec<u8>) -> Result<(), TemplateError> {
        let mut json = Vec::new();
        record.write_json(&mut json);
        let row: serde_json::Value = serde_json::from_slice(&json).map_err(|error| TemplateError {
            message: format!("a row cannot be given to the template: {error}"),
            lines: Vec::new(),
            hint: None,
        })?;
        if self.wants_all_rows() {
            self.rows.push(Value::from(Serde(&row)));
            return Ok(());
        }
        if !std::mem::replace(&mut self.checked, true) {
            self.check_names(&row)?;
        }
        self.render(&Value::from(Serde(&row)), out)
    }

    /// Appends the text over all rows, if the template wants them at once.
    pub fn finish(mut self, out: &mut Vec<u8>) -> Result<(), TemplateError> {
        if !self.wants_all_rows() {
            return Ok(());
        }
        let rows = std::mem::take(&mut self.rows);
        self.render(&Value::from_pairs([(ROWS, Value::from(rows))]), out)
    }

    fn render(&self, context: &Value, out: &mut Vec<u8>) -> Result<(), TemplateError> {
        let template = self.environment.get_template(NAME).map_err(|error| describe("", &error))?;
        let text = template.render(context).map_err(|error| describe(template.source(), &error))?;
        let text = if self.tty { visible_lines(&text) } else { text.as_str().into() };
        out.extend_from_slice(text.as_bytes());
        if !self.ends_line && !text.ends_with('\n') {
            out.push(b'\n');
        }
        Ok(())
    }

    /// Refuses a name that no row has, rather than leaving a gap.
    fn check_names(&self, row: &serde_json::Value) -> Result<(), TemplateError> {
        let keys: Vec<&str> = row.as_object().into_iter().flatten().map(|(key, _)| key.as_str()).collect();
        let globals: BTreeSet<&str> = self.environment.globals().map(|(name, _)| name).collect();
        // `raw` is there only if it was asked for.
        let known = |name: &str| keys.contains(&name) || globals.contains(name) || name == "raw";
        let Some(wrong) = self.names.iter().find(|name| !known(name)) else { return Ok(()) };
        let near =
            nearest(wrong, keys.iter().copied()).map_or(String::new(), |near| format!("did you mean `{near}`? "));
        Err(TemplateError {
            message: format!("the template speaks of `{wrong}`, which rows do not have"),
            lines: Vec::new(),
            hint: Some(format!("{near}there are {} and, for all of them at once, {ROWS}", keys.join(", "))),
        })
    }
}

fn describe(source: &str, error: &Error) -> TemplateError {
    let what = error.detail().map_or_else(|| error.kind().to_string(), str::to_owned);
    let place = error.line().map_or(String::new(), |line| format!(" in line {line}"));
    let mut lines = Vec::new();
    if let Some(range) = error.range().filter(|range| source.is_char_boundary(range.start)) {
        let start = source[..range.start].rfind('\n').map_or(0, |at| at + 1);
        let line = source[start..].lines().next().unwrap_or("");
        let column = cells(&crate::term::visible(&source[start..range.start]));
        lines = vec![crate::term::visible(line).into_owned(), format!("{}^", " ".repeat(column))];
    }
    let hint = match error.kind() {
        ErrorKind::UnknownFilter => Some(format!("besides minijinja's own filters there are {}", HELPERS.join(", "))),
        _ => Some(format!("the language is minijinja's; helpers are {}", HELPERS.join(", "))),
    };
    TemplateError { message: format!("the template is wrong{place}: {what}"), lines, hint }
}

/// The filters that this program adds.
const HELPERS: [&str; 7] = ["ago", "date", "pad", "cut", "json", "csv", "table"];

fn add_helpers(environment: &mut Environment<'static>, now: Timestamp) {
    environment.add_filter("ago", move |value: Value| {
        Ok::<_, Error>(time(&value)?.map_or(String::new(), |time| times::relative(time, now)))
    });
    environment.add_filter("date", |value: Value, format: Option<String>| {
        let Some(time) = time(&value)? else { return Ok(String::new()) };
        let zoned = time.timestamp().to_zoned(TimeZone::UTC);
        strtime::format(format.as_deref().unwrap_or("%Y-%m-%d %H:%M"), &zoned)
            .map_err(|error| Error::new(ErrorKind::InvalidOperation, format!("`date` cannot use this format: {error}")))
    });
    environment.add_filter("pad", |value: Value, width: usize| pad(&plain(&value), width.min(1_000)));
    environment.add_filter("cut", |value: Value, width: usize| cut(&plain(&value), width).into_owned());
    environment.add_filter("json", |value: Value| {
        serde_json::to_string(&value).map_err(|error| Error::new(ErrorKind::BadSerialization, error.to_string()))
    });
    environment.add_filter("csv", |value: Value| {
        let mut out = Vec::new();
        super::csv::write_cell(&plain(&value), super::csv::Guard::Exact, &mut out);
        String::from_utf8_lossy(&out).into_owned()
    });
    environment.add_filter("table", table);
}

/// Aligned columns of a list of rows, by path, header first.
#[expect(clippy::needless_pass_by_value, reason = "a filter's arguments are passed so")]
fn table(rows: Value, columns: Rest<String>) -> Result<String, Error> {
    let mut lines: Vec<Vec<String>> = vec![columns.iter().map(|column| column.to_uppercase()).collect()];
    for row in rows.try_iter()? {
        lines
            .push(columns.iter().map(|path| crate::term::visible(&plain(&by_path(&row, path))).into_owned()).collect());
    }
    let width = |column: usize| lines.iter().map(|line| cells(&line[column])).max().unwrap_or(0);
    let widths: Vec<usize> = (0..columns.len()).map(width).collect();
    let mut out = String::new();
    for line in &lines {
        let text: String = line.iter().zip(&widths).map(|(cell, width)| pad(cell, width + 2)).collect();
        out.push_str(text.trim_end());
        out.push('\n');
    }
    Ok(out)
}

fn by_path(value: &Value, path: &str) -> Value {
    if value.kind() == ValueKind::Seq {
        let parts = value.try_iter().into_iter().flatten().map(|part| by_path(&part, path));
        return parts.filter(|part| !part.is_undefined()).collect();
    }
    if let Some(found) = value.get_attr(path).ok().filter(|found| !found.is_undefined()) {
        return found;
    }
    match path.split_once('.') {
        Some((head, rest)) => value.get_attr(head).map_or(Value::UNDEFINED, |part| by_path(&part, rest)),
        None => Value::UNDEFINED,
    }
}

/// A value as text: nothing for `null`, lists joined, e-mails, phones and channels by what names them.
fn plain(value: &Value) -> String {
    match value.kind() {
        ValueKind::Undefined | ValueKind::None => String::new(),
        ValueKind::Seq | ValueKind::Iterable => {
            let parts = value.try_iter().into_iter().flatten().map(|part| plain(&part));
            parts.collect::<Vec<_>>().join("; ")
        }
        ValueKind::Map => {
            let name = ["address", "number", "kind", "name"]
                .iter()
                .find_map(|key| value.get_attr(key).ok().filter(|name| name.kind() == ValueKind::String));
            name.map_or_else(|| serde_json::to_string(value).unwrap_or_default(), |name| name.to_string())
        }
        _ => value.to_string(),
    }
}

fn time(value: &Value) -> Result<Option<Time>, Error> {
    if value.is_none() || value.is_undefined() {
        return Ok(None);
    }
    let time = value.as_str().and_then(Time::parse);
    time.map(Some).ok_or_else(|| Error::new(ErrorKind::InvalidOperation, format!("`{value}` is no time")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Contact;
    use crate::render::json::tests::boris;

    fn rendered(source: &str, tty: bool) -> Result<String, TemplateError> {
        let now = "2024-11-19T04:00:00Z".parse().unwrap();
        let mut template = Template::compile(source, TemplateOptions { now, tty })?;
        let mut out = Vec::new();
        let mut hostile = Contact::new("p", "v", "7");
        hostile.name = Some("\u{1b}<b>".into());
        template.push(&boris(), &mut out)?;
        template.push(&hostile, &mut out)?;
        template.finish(&mut out)?;
        Ok(String::from_utf8(out).unwrap())
    }

    #[test]
    fn once_for_each_row_or_once_over_all() {
        for (source, expected) in [
            ("{{ name }} <{{ emails[0].address }}>", "Boris Doe <boris@doe.com>\n\u{1b}<b> <>\n"),
            (
                "{{ id | pad(26) }}|{{ created_at | ago }}\n",
                "673be1711e2e6feb77939a7b  |3 h ago\n7                         |\n",
            ),
            ("{{ created_at | date('%d.%m.%Y') }}{{ blocked }}", "19.11.2024\n\n"),
            ("{{ custom_fields['social-number'] }}{{ manager.name }}", "45600-00Jane\n\n"),
            ("{% for row in rows %}{{ row.id | cut(4) }},{% endfor %}", "673…,7,\n"),
            ("{{ rows | length }}: {{ rows[0].labels | json }}", "2: [\"vip\",\"new\"]\n"),
            (
                "{{ rows | table('id', 'emails', 'location.city') }}",
                "ID                        EMAILS                  LOCATION.CITY\n673be1711e2e6feb77939a7b  boris@doe.com; b@d.org  Berlin\n7\n",
            ),
        ] {
            assert_eq!(rendered(source, false).unwrap(), expected, "{source}");
        }
        assert!(rendered("{{ name }}", true).unwrap().contains("\\u{1b}<b>"));
    }

    #[test]
    fn wrong_templates_are_answered() {
        for (source, message, hint) in [
            ("{{ nmae }}", "`nmae`", "did you mean `name`?"),
            ("{{ name ", "in line 1", ""),
            ("{% for %}", "in line 1", ""),
            ("{{ name | shout }}", "shout", "ago, date"),
            ("{{ name | ago }}", "is no time", ""),
            ("{{ created_at | date('%') }}", "format", ""),
        ] {
            let error = rendered(source, false).unwrap_err();
            assert!(error.message.contains(message), "{source}: {error:?}");
            assert!(error.hint.as_deref().unwrap_or("").contains(hint), "{source}: {error:?}");
        }
        assert_eq!(rendered("{{ name | shout }}", false).unwrap_err().lines[0], "{{ name | shout }}");
    }

    #[test]
    fn no_template_runs_for_ever() {
        let source = "{% for a in range(100000) %}{% for b in range(100000) %}x{% endfor %}{% endfor %}";
        let mut template = Template::compile(source, TemplateOptions::default()).unwrap().with_fuel(10_000);
        let error = template.push(&boris(), &mut Vec::new()).unwrap_err();
        assert!(error.message.contains("fuel"), "{error:?}");
    }
}
