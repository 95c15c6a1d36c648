//! What happens on the wire, told on stderr under `-v` and kept as HAR under `--trace`.

use std::sync::Arc;

use crate::http::{Event, NoTrace, Trace};
use crate::term::{Term, visible};

use super::args::GlobalArgs;
use super::failure::Failure;

/// Who is told, for what the options ask.
pub fn for_globals(globals: &GlobalArgs, term: &Term) -> Result<Arc<dyn Trace>, Failure> {
    Ok(match globals.verbose {
        0 => Arc::new(NoTrace),
        level => Arc::new(Spoken { level, term: term.clone() }),
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
        let mut lines = Vec::new();
        match event {
            Event::Request { number, method, url, headers } => {
                lines.push(format!("> [{number}] {method} {}", visible(url)));
                self.headers('>', headers, &mut lines);
            }
            Event::Reply { number, status, version, headers, body, elapsed } => {
                let (millis, len) = (elapsed.as_millis(), body.len());
                lines.push(format!("< [{number}] {} {status}, {len} bytes, {millis} ms", visible(version)));
                self.headers('<', headers, &mut lines);
                if self.level >= 3 {
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
        self.term.write_err((lines.join("\n") + "\n").as_bytes());
    }

    fn wants_replies(&self) -> bool {
        true
    }
}

impl Spoken {
    fn headers(&self, mark: char, headers: &[(String, String)], lines: &mut Vec<String>) {
        if self.level >= 2 {
            lines.extend(headers.iter().map(|(name, value)| format!("{mark} {}: {}", visible(name), visible(value))));
        }
    }
}
