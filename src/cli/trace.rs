//! What happens on the wire, told on stderr under `-v` and kept as HAR under `--trace`.

use std::sync::{Arc, Mutex};

use serde_json::{Value, json};

use crate::http::{Event, NoTrace, Trace};
use crate::model::Time;
use crate::term::{Term, visible};

use super::args::GlobalArgs;
use super::failure::{Failure, ascii_json};
use super::place::Place;

/// Who is told what happens on the wire.
pub struct Tracing {
    /// Told by every client.
    pub trace: Arc<dyn Trace>,
    recorder: Option<Arc<Recorder>>,
}

impl Tracing {
    /// Who is told, for what the options ask.
    pub fn for_globals(globals: &GlobalArgs, term: &Term) -> Result<Self, Failure> {
        let spoken = (globals.verbose > 0).then(|| Spoken { level: globals.verbose, term: term.clone() });
        let Some(path) = &globals.trace else {
            let trace: Arc<dyn Trace> = match spoken {
                Some(spoken) => Arc::new(spoken),
                None => Arc::new(NoTrace),
            };
            return Ok(Self { trace, recorder: None });
        };
        let (place, term) = (Place::of(path, "--trace")?, term.clone());
        let recorder = Arc::new(Recorder { place, term, spoken, exchanges: Mutex::new(Vec::new()) });
        Ok(Self { trace: Arc::clone(&recorder) as Arc<dyn Trace>, recorder: Some(recorder) })
    }

    /// Writes what was recorded.
    pub fn finish(&self) -> Result<(), Failure> {
        self.recorder.as_ref().map_or(Ok(()), |recorder| recorder.write())
    }
}

/// Records exchanges for a HAR file (HTTP Archive 1.2).
struct Recorder {
    place: Place,
    term: Term,
    spoken: Option<Spoken>,
    exchanges: Mutex<Vec<Exchange>>,
}

struct Exchange {
    number: u64,
    started: String,
    request: Value,
    response: Value,
    millis: u64,
}

impl Trace for Recorder {
    fn event(&self, event: &Event) {
        if let Some(spoken) = &self.spoken {
            spoken.event(event);
        }
        let Ok(mut exchanges) = self.exchanges.lock() else { return };
        match event {
            Event::Request { number, method, url, headers } => exchanges.push(Exchange {
                number: *number,
                started: Time::from_timestamp(jiff::Timestamp::now()).to_string(),
                request: request_json(method, url, headers),
                response: response_json(0, "", &[], b""),
                millis: 0,
            }),
            Event::Reply { number, status, version, headers, body, elapsed } => {
                if let Some(exchange) = exchanges.iter_mut().rev().find(|exchange| exchange.number == *number) {
                    exchange.response = response_json(*status, version, headers, body);
                    exchange.millis = u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX);
                }
            }
            Event::Failure { number, message } => {
                if let Some(exchange) = exchanges.iter_mut().rev().find(|exchange| exchange.number == *number) {
                    exchange.response["_error"] = json!(message);
                }
            }
            Event::Wait { .. } => {}
        }
    }

    fn wants_replies(&self) -> bool {
        true
    }
}

impl Recorder {
    fn write(&self) -> Result<(), Failure> {
        let exchanges = self.exchanges.lock().map(|mut all| std::mem::take(&mut *all)).unwrap_or_default();
        let entries: Vec<Value> = exchanges
            .into_iter()
            .map(|exchange| {
                json!({
                    "startedDateTime": exchange.started, "time": exchange.millis, "request": exchange.request,
                    "response": exchange.response, "cache": {},
                    "timings": { "send": 0, "wait": exchange.millis, "receive": 0 },
                })
            })
            .collect();
        let creator = json!({ "name": "contacts", "version": env!("CARGO_PKG_VERSION") });
        let har = json!({ "log": { "version": "1.2", "creator": creator, "entries": entries } });
        self.place.write(format!("{har}\n").as_bytes(), "the trace", |_| {
            self.term.write_err(format!("{}\n", ascii_json(&har.to_string())).as_bytes());
        })
    }
}

fn pairs(headers: &[(String, String)]) -> Vec<Value> {
    headers.iter().map(|(name, value)| json!({ "name": name, "value": value })).collect()
}

fn request_json(method: &str, url: &str, headers: &[(String, String)]) -> Value {
    let query: Vec<Value> = url::Url::parse(url)
        .map(|url| url.query_pairs().map(|(name, value)| json!({ "name": name, "value": value })).collect())
        .unwrap_or_default();
    json!({
        "method": method, "url": url, "httpVersion": "HTTP/1.1", "cookies": [], "headers": pairs(headers),
        "queryString": query, "headersSize": -1, "bodySize": 0,
    })
}

fn response_json(status: u16, version: &str, headers: &[(String, String)], body: &[u8]) -> Value {
    let mime = headers.iter().find(|(name, _)| name == "content-type").map_or("", |(_, value)| value.as_str());
    json!({
        "status": status, "statusText": "", "httpVersion": version, "cookies": [], "headers": pairs(headers),
        "content": { "size": body.len(), "mimeType": mime, "text": String::from_utf8_lossy(body) },
        "redirectURL": "", "headersSize": -1, "bodySize": body.len(),
    })
}

/// Lines on stderr: requests and replies, from two `v` on headers, from three on bodies.
struct Spoken {
    level: u8,
    term: Term,
}

/// A body is shown up to this many characters.
const BODY_SHOWN: usize = 16_384;

impl Trace for Spoken {
    fn event(&self, event: &Event) {
        self.term.write_err((lines(event, self.level).join("\n") + "\n").as_bytes());
    }

    fn wants_replies(&self) -> bool {
        true
    }
}

/// What is said of an event, safe for a terminal.
pub(super) fn lines(event: &Event, level: u8) -> Vec<String> {
    let mut lines = Vec::new();
    match event {
        Event::Request { number, method, url, headers } => {
            lines.push(format!("> [{number}] {method} {}", visible(url)));
            push_headers('>', headers, level, &mut lines);
        }
        Event::Reply { number, status, version, headers, body, elapsed } => {
            let (millis, len) = (elapsed.as_millis(), body.len());
            lines.push(format!("< [{number}] {} {status}, {len} bytes, {millis} ms", visible(version)));
            push_headers('<', headers, level, &mut lines);
            if level >= 3 {
                let text = String::from_utf8_lossy(body);
                let shown: String = text.chars().take(BODY_SHOWN).collect();
                lines.extend(shown.lines().map(|line| format!("  {}", visible(line))));
                if shown.len() < text.len() {
                    lines.push("  …".to_owned());
                }
            }
        }
        Event::Failure { number, message } => lines.push(format!("! [{number}] {}", visible(message))),
        Event::Wait { duration, reason } => {
            lines.push(format!("* waiting {:.1} s: {}", duration.as_secs_f64(), visible(reason)));
        }
    }
    lines
}

fn push_headers(mark: char, headers: &[(String, String)], level: u8, lines: &mut Vec<String>) {
    if level >= 2 {
        lines.extend(headers.iter().map(|(name, value)| format!("{mark} {}: {}", visible(name), visible(value))));
    }
}
