//! `contacts api`: one authenticated GET, the reply as it is.

use std::process::ExitCode;

use clap::Args;

use crate::term::visible_lines;

use super::context::Context;
use super::failure::Failure;
use super::output::{Destination, Show, is_gone};
use super::{interrupt, show};

/// Options of `contacts api`.
#[derive(Args, Clone, Debug)]
pub struct ApiArgs {
    /// The path below the profile's base URL, as `/api/v1/me`
    #[arg(value_name = "PATH")]
    path: String,
    /// Add a parameter to the query (repeat)
    #[arg(short, long = "field", value_name = "KEY=VALUE")]
    fields: Vec<String>,
}

/// Runs `contacts api`.
pub fn run(context: &Context, args: &ApiArgs) -> Result<ExitCode, Failure> {
    let mut params = Vec::new();
    let path = split_query(&args.path, &mut params)?;
    for field in &args.fields {
        let Some((key, value)) = field.split_once('=').filter(|(key, _)| !key.is_empty()) else {
            return Err(Failure::usage(format!("`{field}` is not KEY=VALUE (-f)")));
        };
        params.push((key.to_owned(), value.to_owned()));
    }
    let opened = context.open()?;
    let [source] = opened.sources.as_slice() else {
        return Err(Failure::usage("one profile at a time can be asked for a path").hint("choose it with -p NAME"));
    };
    let asked = interrupt::unless_interrupted(source.get(&path, &params));
    let Some(answer) = context.block_on(asked) else { return Ok(show::interrupted(context)) };
    let body = answer.map_err(|error| Failure::from_source(&error, source.profile(), source.vendor()))?;
    let mut out = Destination::Stdout(context.term.out());
    let written = if context.globals.jq.is_some() {
        Show::resolve(context)?.filter(&body, &mut out)
    } else if context.term.stdout_is_terminal() {
        let text = String::from_utf8_lossy(&body);
        out.write(visible_lines(&text).as_bytes()).and_then(|()| out.write(b"\n"))
    } else {
        out.write(&body)
    };
    match written.and_then(|()| out.finish()) {
        Err(failure) if !is_gone(&failure) => Err(failure),
        _ => Ok(ExitCode::SUCCESS),
    }
}

/// Takes a query string off the path, so that it is encoded like the fields.
fn split_query(path: &str, params: &mut Vec<(String, String)>) -> Result<String, Failure> {
    if path.starts_with("http://") || path.starts_with("https://") || path.starts_with("//") {
        let failure = Failure::usage(format!("`{path}` is an address, not a path"));
        return Err(failure.hint("give what follows the profile's base_url: credentials go to its origin alone"));
    }
    let whole = path.split('#').next().unwrap_or(path);
    let (path, query) = whole.split_once('?').unwrap_or((whole, ""));
    if whole.chars().any(char::is_control) || path.split(['/', '\\']).any(goes_up) {
        return Err(Failure::usage(format!("`{path}` is no path below the base URL")));
    }
    let pairs = url::form_urlencoded::parse(query.as_bytes());
    params.extend(pairs.map(|(key, value)| (key.into_owned(), value.into_owned())));
    Ok(path.to_owned())
}

/// Whether a URL with this segment would leave its folder; dots count encoded too.
fn goes_up(segment: &str) -> bool {
    segment.to_ascii_lowercase().replace("%2e", ".") == ".."
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_paths_are_taken() {
        for wrong in ["https://evil.example/x", "//evil.example/x", "/a/../../x", "/a/%2E./x", "\\..\\x", "/a\nb"] {
            assert!(split_query(wrong, &mut Vec::new()).is_err(), "{wrong}");
        }
        assert!(split_query("/a..b/x?up=/../y", &mut Vec::new()).is_ok());
        let mut params = Vec::new();
        assert_eq!(split_query("/api/v1/me?a=b%20c&d=+", &mut params).unwrap(), "/api/v1/me");
        assert_eq!(params, [("a".to_owned(), "b c".to_owned()), ("d".to_owned(), " ".to_owned())]);
    }
}
