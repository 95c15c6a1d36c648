//! `--jq`: jq inside the program, by jaq.
//!
//! Knows JSON in and JSON out. Strings come out raw, as `gh` does it; everything else is JSON on one line.

use jaq_core::data::JustLut;
use jaq_core::load::{self, Arena, File, Loader};
use jaq_core::{Compiler, Ctx, Filter, Native, Vars};
use jaq_json::{Num, Val};

use crate::term::{Paint, visible_lines};

use super::{json, pretty};

mod base32;
mod error;

pub use error::JqError;
use error::{load_error, runtime_error, undefined_error};

/// JSON nested deeper is refused, since it would be read recursively.
const DEEPEST: usize = 256;

/// What jq 1.7 has and jaq leaves to the program around it, or means otherwise.
const DEFINITIONS: &str = include_str!("jq/definitions.jq");

/// Native filters in whose stead [`DEFINITIONS`] has its own.
const REPLACED: &[&str] = &["env", "ltrimstr", "rtrimstr"];

type Data = JustLut<Val>;

/// A filter, ready to run.
pub struct JqFilter {
    filter: Filter<Data>,
    target: Target,
    /// The values of [`GLOBALS`].
    globals: [Val; 2],
}

/// The variables that every filter has.
const GLOBALS: [&str; 2] = ["$ENV", "$__loc__"];

#[derive(Clone, Copy, PartialEq)]
enum Target {
    Program,
    Terminal(Paint),
}

impl JqFilter {
    /// Compiles `code`.
    pub fn compile(code: &str) -> Result<Self, JqError> {
        let arena = Arena::default();
        let own = || load::parse(DEFINITIONS, |parser| parser.defs()).expect("the program's own definitions are right");
        let definitions = || jaq_core::defs().chain(jaq_std::defs()).chain(jaq_json::defs()).chain(own());
        let functions = || {
            let all = jaq_core::funs().chain(jaq_std::funs()).chain(jaq_json::funs()).chain(base32::functions());
            all.filter(|(name, ..)| !REPLACED.contains(name)).map(harmless)
        };
        let modules = Loader::new(definitions())
            .load(&arena, File { code, path: () })
            .map_err(|errors| load_error(code, &errors))?;
        let filter = Compiler::default().with_global_vars(GLOBALS).with_funs(functions()).compile(modules).map_err(
            |errors| {
                let first = errors.first().and_then(|(_, errors)| errors.first());
                let Some((name, undefined)) = first else { return JqError::new("it cannot be compiled") };
                let names = definitions().map(|def| def.name).chain(functions().map(|(name, ..)| name));
                undefined_error(code, name, undefined, names)
            },
        )?;
        let location = constant(r#"{"file":"<top-level>","line":1}"#);
        Ok(Self { filter, target: Target::Program, globals: [constant("{}"), location] })
    }

    /// The filter with these variables in `$ENV` and `env`; without, there are none.
    #[must_use]
    pub fn with_env<'a>(mut self, variables: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let mut json = Vec::new();
        super::json::write_texts(variables, &mut json);
        self.globals[0] = constant(&String::from_utf8_lossy(&json));
        self
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
        let context = Ctx::<Data>::new(&self.filter.lut, Vars::new(self.globals.clone()));
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

fn constant(json: &str) -> Val {
    jaq_json::read::parse_single(json.as_bytes()).expect("the program's own JSON is right")
}

/// `stderr` would write what a vendor sent to the terminal as it is; it passes its input on and writes nothing.
fn harmless(function: jaq_core::native::Fun<Data>) -> jaq_core::native::Fun<Data> {
    match function {
        ("stderr_empty", arguments, _) => ("stderr_empty", arguments, Native::new(|_| Box::new(std::iter::empty()))),
        other => other,
    }
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
            setpath([];1) tostream fromstream(.) truncate_stream(.) IN(1) IN(1;2) INDEX(.a) INDEX(.[];.a) JOIN({};.a) \
            JOIN({};.[];.a) JOIN({};.[];.a;.) format(\"csv\") input inputs input_filename input_line_number $ENV $__loc__ \
            env.PATH @base32 @base32d dateadd(1;2) datesub(1;2) get_search_list have_decnum strflocaltime(1) tojson \
            fromjson splits(1;2) scan(1;2) getpath([1]) debug(1) halt_error(1) add(.[]) ltrimstr(1) limit(1;.[]) \
            first(.[]) last(.[]) nth(1;.[]) any(.[];.) all(.[];.) flatten(1) combinations(2) repeat(.) inside(1) \
            recurse(.[]?;.) range(0;5) range(0;5;2) until(.;.) error(null) min_by(.a) getpath([]) \
            drem(1;2) ldexp(1;2) scalb(1;2) scalbln(1;2) nearbyint logb gamma lgamma tgamma frexp modf exp10 exp2 cbrt";
        let missing: Vec<&str> =
            filters.split_whitespace().filter(|filter| JqFilter::compile(filter).is_err()).collect();
        assert_eq!(missing, Vec::<&str>::new());
    }

    /// What `jq` itself prints.
    #[test]
    fn filters_mean_what_jq_means() {
        for (code, expected) in [
            ("[] | flatten(1)", "[]"),
            ("[1,[2,[3,[4]]]] | flatten(1)", "[1,2,[3,[4]]]"),
            (r#"{"a":[1,{"b":2}]} | [tostream]"#, r#"[[["a",0],1],[["a",1,"b"],2],[["a",1,"b"]],[["a",1]],[["a"]]]"#),
            (r#"fromstream({"a":[1,{"b":2}]} | tostream)"#, r#"{"a":[1,{"b":2}]}"#),
            ("[fromstream(1, [2, {}] | tostream)]", "[1,[2,{}]]"),
            ("[1 | truncate_stream([[0],1], [[1,0],2], [[1,0]], [[1]])]", "[[[0],2],[[0]]]"),
            ("[2 | IN(1, 2), IN(3), IN((1, 2); (2, 3))]", "[true,false,true]"),
            (r#"[{"id":"x"}] | INDEX(.id)"#, r#"{"x":{"id":"x"}}"#),
            (r#"[["a",1]] | [JOIN({"a":2}; .[0])[]]"#, r#"[[["a",1],2]]"#),
            (r#"[("x", 1) | ltrimstr("x"), rtrimstr(1)]"#, r#"["","x",1,1]"#),
            (r#"[{"k":"a","v":1},{"name":2,"Value":3}] | from_entries"#, r#"{"a":1,"2":3}"#),
            (r#"{"a":1} | with_entries(.value += 1)"#, r#"{"a":2}"#),
            (r#"null | setpath(["a", 1]; 5)"#, r#"{"a":[null,5]}"#),
            (r#"[1] | [format("json"), format("csv")]"#, r#"["[1]","1"]"#),
            (r#"["hello" | @base32, (@base32 | @base32d)]"#, r#"["NBSWY3DP","hello"]"#),
            ("[input_line_number, ([inputs] | length), (input? // 0), $__loc__.line]", "[0,0,0,1]"),
            (
                "1425599621 | [todate, dateadd(\"seconds\"; 60), (gmtime | strftime(\"%j\"))]",
                r#"["2015-03-05T23:53:41Z",1425599681,"064"]"#,
            ),
            ("[limit(0; 1, 2)], [splits(\"a\")?]", "[]"),
            (r#"[try error("x") catch ., try error({"a":1}) catch .a, (label $f | 1, break $f, 2)]"#, r#"["x",1,1]"#),
            (r#"{"a":1,"b":[2]} as {a: $x, b: [$y]} | [$x, $y]"#, "[1,2]"),
            (r#""a" | [@json "x\(.)", @sh "echo \(.)", @uri "q=\("a b")"]"#, r#"["x\"a\"","echo 'a'","q=a%20b"]"#),
        ] {
            assert_eq!(results(code, "null")[0], expected, "{code}");
        }
    }

    #[test]
    fn a_filter_sees_the_variables_it_is_given_and_no_others() {
        let run = |filter: JqFilter| {
            let mut out = Vec::new();
            filter.run(b"null", &mut |result| out.push(String::from_utf8_lossy(result).into_owned())).unwrap();
            out
        };
        let filter = JqFilter::compile("env, $ENV.A").unwrap();
        assert_eq!(run(filter), ["{}", "null"], "the environment may hold secrets");
        let filter = JqFilter::compile("env, $ENV.A").unwrap().with_env([("A", "b \"c\"")]);
        assert_eq!(run(filter), [r#"{"A":"b \"c\""}"#, "b \"c\""]);
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
