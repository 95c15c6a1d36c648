//! `--jq`: jq inside the program, by jaq.
//!
//! Knows JSON in and JSON out. Strings come out raw, as `gh` does it; everything else is JSON on one line.

use std::fmt::Display;

use jaq_core::compile::Undefined;
use jaq_core::data::JustLut;
use jaq_core::load::{self, Arena, File, Loader};
use jaq_core::{Compiler, Ctx, Filter, Native, Vars};
use jaq_json::{Num, Val};

use crate::term::{Paint, visible_lines};

use super::format::nearest;
use super::{json, pretty};

/// JSON nested deeper is refused, since it would be read recursively.
const DEEPEST: usize = 256;

/// What jq 1.7 has and jaq leaves to the program around it.
const DEFINITIONS: &str = r#"
def @csv: if type != "array" then error("cannot be written as CSV: " + type) else map(
  if type == "string" then "\"" + gsub("\""; "\"\"") + "\""
  elif . == null then "" elif type == "boolean" or type == "number" then tostring
  else error("cannot be a CSV cell: " + type) end) | join(",") end;
def @tsv: if type != "array" then error("cannot be written as TSV: " + type) else map(
  if type == "string" then gsub("\\\\"; "\\\\") | gsub("\t"; "\\t") | gsub("\n"; "\\n") | gsub("\r"; "\\r")
  elif . == null then "" elif type == "boolean" or type == "number" then tostring
  else error("cannot be a TSV cell: " + type) end) | join("\t") end;
def ascii: [.] | implode;
def date: todate;
def have_literal_numbers: true;
def leaf_paths: paths(scalars);
def toarray: if type == "array" then . else [.] end;
"#;

type Data = JustLut<Val>;

/// A filter, ready to run.
pub struct JqFilter {
    filter: Filter<Data>,
    target: Target,
}

#[derive(Clone, Copy, PartialEq)]
enum Target {
    Program,
    Terminal(Paint),
}

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

impl JqFilter {
    /// Compiles `code`.
    pub fn compile(code: &str) -> Result<Self, JqError> {
        let arena = Arena::default();
        let own = || load::parse(DEFINITIONS, |parser| parser.defs()).expect("the program's own definitions are right");
        let definitions = || jaq_core::defs().chain(jaq_std::defs()).chain(jaq_json::defs()).chain(own());
        let functions = || jaq_core::funs().chain(jaq_std::funs()).chain(jaq_json::funs()).map(harmless);
        let modules = Loader::new(definitions())
            .load(&arena, File { code, path: () })
            .map_err(|errors| load_error(code, &errors))?;
        let filter = Compiler::default().with_funs(functions()).compile(modules).map_err(|errors| {
            let first = errors.first().and_then(|(_, errors)| errors.first());
            let Some((name, undefined)) = first else { return JqError::new("it cannot be compiled") };
            let names = definitions().map(|def| def.name).chain(functions().map(|(name, ..)| name));
            undefined_error(code, name, undefined, names)
        })?;
        Ok(Self { filter, target: Target::Program })
    }

    /// The filter with its results made safe to be sent to a terminal, and laid out for the eye.
    #[must_use]
    pub fn for_terminal(mut self, color: Paint) -> Self {
        self.target = Target::Terminal(color);
        self
    }

    /// Runs the filter on one JSON text and hands each result to `emit`, without a line feed.
    pub fn run(&self, input: &[u8], emit: &mut dyn FnMut(&[u8])) -> Result<(), JqError> {
        self.run_while(input, &mut |result| {
            emit(result);
            true
        })
    }

    /// As [`Self::run`], until `emit` returns `false`, as it should when the reader has gone: a filter may never end.
    pub fn run_while(&self, input: &[u8], emit: &mut dyn FnMut(&[u8]) -> bool) -> Result<(), JqError> {
        if depth(input) > DEEPEST {
            return Err(JqError::new(format!("the input is nested more than {DEEPEST} levels deep")));
        }
        let input = jaq_json::read::parse_single(input)
            .map_err(|error| JqError::new(format!("the input is not JSON: {error}")))?;
        let context = Ctx::<Data>::new(&self.filter.lut, Vars::new([]));
        let mut out = Vec::new();
        for result in self.filter.id.run((context, input)) {
            let value = match result {
                Ok(value) => value,
                Err(exception) => {
                    let exception = match exception.get_err() {
                        Ok(error) => return Err(runtime_error(&error)),
                        Err(exception) => exception,
                    };
                    return match exception.get_halt() {
                        Ok(0) => Ok(()),
                        Ok(code) => Err(JqError::new(format!("the filter halted with code {code}"))),
                        Err(_) => Err(JqError::new("the filter broke out of a label that is not there")),
                    };
                }
            };
            out.clear();
            self.write(&value, &mut out);
            if !emit(&out) {
                break;
            }
        }
        Ok(())
    }

    fn write(&self, value: &Val, out: &mut Vec<u8>) {
        match (value, self.target) {
            (Val::TStr(text) | Val::BStr(text), Target::Terminal(_)) => {
                out.extend_from_slice(visible_lines(&String::from_utf8_lossy(text)).as_bytes());
            }
            (Val::TStr(text) | Val::BStr(text), Target::Program) => out.extend_from_slice(text),
            (value, Target::Program) => write_value(value, out),
            (value, Target::Terminal(color)) => {
                write_value(value, out);
                json::make_inert(out, 0);
                let mut text = String::new();
                pretty::write(&String::from_utf8_lossy(out), 0, color, &mut text);
                *out = text.into_bytes();
            }
        }
    }
}

impl std::fmt::Debug for JqFilter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("JqFilter")
    }
}

/// `stderr` would write what a vendor sent to the terminal as it is; it passes its input on and writes nothing.
fn harmless(function: jaq_core::native::Fun<Data>) -> jaq_core::native::Fun<Data> {
    match function {
        ("stderr_empty", arguments, _) => ("stderr_empty", arguments, Native::new(|_| Box::new(std::iter::empty()))),
        other => other,
    }
}

impl JqError {
    fn new(message: impl Into<String>) -> Self {
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

fn load_error(code: &str, errors: &load::Errors<&str, ()>) -> JqError {
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

fn undefined_error<'a>(code: &str, name: &str, undefined: &Undefined, names: impl Iterator<Item = &'a str>) -> JqError {
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

fn runtime_error(error: &impl Display) -> JqError {
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

/// How deep brackets are nested in a JSON text.
fn depth(json: &[u8]) -> usize {
    let (mut depth, mut deepest, mut quoted, mut escaped) = (0_usize, 0, false, false);
    for byte in json {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if quoted => escaped = true,
            b'"' => quoted = !quoted,
            _ if quoted => {}
            b'[' | b'{' => {
                depth += 1;
                deepest = deepest.max(depth);
            }
            b']' | b'}' => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    deepest
}

/// Appends a value as JSON; what JSON does not have is written as jq 1.7 does.
fn write_value(value: &Val, out: &mut Vec<u8>) {
    match value {
        Val::Null => out.extend_from_slice(b"null"),
        Val::Bool(true) => out.extend_from_slice(b"true"),
        Val::Bool(false) => out.extend_from_slice(b"false"),
        Val::Num(Num::Float(number)) => write_float(*number, out),
        Val::Num(number) => out.extend_from_slice(number.to_string().as_bytes()),
        Val::TStr(text) | Val::BStr(text) => json::string(&String::from_utf8_lossy(text), out),
        Val::Arr(values) => {
            out.push(b'[');
            for (index, value) in values.iter().enumerate() {
                if index > 0 {
                    out.push(b',');
                }
                write_value(value, out);
            }
            out.push(b']');
        }
        Val::Obj(pairs) => {
            out.push(b'{');
            for (index, (key, value)) in pairs.iter().enumerate() {
                if index > 0 {
                    out.push(b',');
                }
                if let Val::TStr(key) = key {
                    json::string(&String::from_utf8_lossy(key), out);
                } else {
                    let mut text = Vec::new();
                    write_value(key, &mut text);
                    json::string(&String::from_utf8_lossy(&text), out);
                }
                out.push(b':');
                write_value(value, out);
            }
            out.push(b'}');
        }
    }
}

fn write_float(number: f64, out: &mut Vec<u8>) {
    /// Whole numbers below this are exact.
    const EXACT: f64 = 1e17;
    let text = if number.is_nan() {
        "null".to_owned()
    } else if number.is_infinite() {
        format!("{}1.7976931348623157e+308", if number < 0.0 { "-" } else { "" })
    } else if number.fract() == 0.0 && number.abs() < EXACT {
        format!("{number:.0}")
    } else {
        serde_json::Number::from_f64(number).map_or_else(|| "null".to_owned(), |number| number.to_string())
    };
    out.extend_from_slice(text.as_bytes());
}

#[cfg(test)]
mod tests {
    use super::*;

    fn results(code: &str, input: &str) -> Vec<String> {
        let mut results = Vec::new();
        let filter = JqFilter::compile(code).unwrap();
        filter.run(input.as_bytes(), &mut |result| results.push(String::from_utf8(result.to_vec()).unwrap())).unwrap();
        results
    }

    #[test]
    fn strings_are_raw_and_the_rest_is_json() {
        let input = r#"[{"id":"1","name":"Ann \"A\"","blocked":true,"n":1.50},{"id":"2","name":null,"blocked":null,"n":12345678901234567890123}]"#;
        for (code, expected) in [
            (".[].id", &["1", "2"][..]),
            (".[] | select(.blocked != true) | .id", &["2"]),
            (".[].name", &["Ann \"A\"", "null"]),
            ("map({id, n})", &[r#"[{"id":"1","n":1.50},{"id":"2","n":12345678901234567890123}]"#]),
            ("length / 2, nan, 1/3", &["1", "null", "0.3333333333333333"]),
            (".[0] | [.id, .name] | @csv", &[r#""1","Ann ""A""""#]),
            (".[0].name | test(\"ann\"; \"i\")", &["true"]),
            ("limit(2; repeat(1)), empty, halt, 3", &["1", "1"]),
            ("[.[0] | to_entries[] | .key] | join(\" \")", &["id name blocked n"]),
            (".[0].id | stderr", &["1"]),
            ("\"2024-11-19T00:53:05Z\" | fromdateiso8601", &["1731977585"]),
        ] {
            assert_eq!(results(code, input), expected, "{code}");
        }
    }

    #[test]
    fn wrong_filters_are_shown_with_a_caret() {
        for (code, message, caret, hint) in [
            (".[] | .name[", "at column 13: `[` is never closed", 12, "add `]`"),
            (".[] | | .id", "at column 7: expected a filter, found `|`", 6, ""),
            ("", "at column 1: expected a filter, found the end", 0, ""),
            (".[] | selct(.id)", "at column 7: there is no filter called `selct`", 6, "did you mean `select`?"),
            (".[] | select(.a; .b)", "no filter called `select` with 2 arguments", 6, ""),
            ("田 | $x", "at column 1: expected token, found `田`", 0, ""),
            (". as $a | $b", "no variable called `$b`", 10, ""),
            ("import \"a\" as a; .", "modules cannot be loaded here", 8, ""),
            (".a\n| |", "in line 2 at column 3", 2, ""),
        ] {
            let error = JqFilter::compile(code).unwrap_err();
            assert!(error.message.contains(message), "{code}: {error:?}");
            assert_eq!(error.lines[1], format!("{}^", " ".repeat(caret)), "{code}: {error:?}");
            assert!(error.hint.as_deref().unwrap_or("").contains(hint), "{code}: {error:?}");
        }
    }

    #[test]
    fn failures_while_running_are_told() {
        let fail = |code: &str, input: &str| {
            JqFilter::compile(code).unwrap().run(input.as_bytes(), &mut |_| {}).unwrap_err().message
        };
        assert!(fail(".a.b", r#"{"a":[1]}"#).starts_with("the jq filter failed: cannot index"));
        assert!(fail("error(\"no\")", "1").contains("no"));
        assert!(fail(".", &format!("{}{}", "[".repeat(100_000), "]".repeat(100_000))).contains("nested"));
        assert!(fail(".", "<html>").starts_with("the input is not JSON"));
        assert!(fail("\"x\" | halt_error", "1").contains("halted with code 5"));
    }

    #[test]
    fn jq_1_7_is_there() {
        let filters = "@base64 @base64d @csv @html @json @sh @text @tsv @uri abs add all any arrays \
            ascii ascii_downcase ascii_upcase booleans ceil combinations debug del(.a) delpaths([]) empty endswith(1) \
            env error explode fabs first flatten floor fromdate fromdateiso8601 fromjson from_entries getpath([]) gmtime \
            group_by(.) gsub(1;2) halt halt_error has(1) implode in(1) index(1) indices(1) infinite inside(1) isinfinite isnan \
            isnormal iterables join(1) keys keys_unsorted last length limit(1;2) localtime log10 ltrimstr(1) \
            map(.) map_values(.) match(1) max max_by(.) min min_by(.) mktime nan not now nth(1) nulls numbers objects path(.) \
            paths pick(.a) pow(1;2) range(1) recurse reverse rindex(1) rtrimstr(1) round scalars scan(1) select(.) skip(1;2) \
            sort sort_by(.) split(1) splits(1) sqrt startswith(1) strftime(1) strings strptime(1) sub(1;2) test(1) to_entries \
            toarray todate tojson tonumber tostring transpose trim ltrim rtrim type \
            unique unique_by(.) until(.;.) utf8bytelength values walk(.) while(.;.) with_entries(.) capture(1) significand \
            trunc ldexp(1;2) have_literal_numbers date error(1) leaf_paths paths(.) \
            setpath([];1)";
        let missing: Vec<&str> =
            filters.split_whitespace().filter(|filter| JqFilter::compile(filter).is_err()).collect();
        assert_eq!(missing, Vec::<&str>::new());
    }

    #[test]
    fn a_filter_that_never_ends_can_be_left() {
        let filter = JqFilter::compile("repeat(1)").unwrap();
        let mut count = 0;
        filter
            .run_while(b"1", &mut |_| {
                count += 1;
                count < 1_000
            })
            .unwrap();
        assert_eq!(count, 1_000);
    }

    #[test]
    fn a_terminal_is_sent_nothing_that_drives_it() {
        let filter = JqFilter::compile("., {a: .}").unwrap().for_terminal(Paint::Plain);
        let mut results = Vec::new();
        let input = serde_json::to_string("\u{1b}[1m\u{202e}\nx").unwrap();
        filter.run(input.as_bytes(), &mut |result| results.push(String::from_utf8(result.to_vec()).unwrap())).unwrap();
        assert_eq!(results, ["\\u{1b}[1m\\u{202e}\nx", "{\n  \"a\": \"\\u001b[1m\\u202e\\nx\"\n}"]);
    }
}
