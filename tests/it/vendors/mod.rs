//! Each vendor as its notes describe it, in a small and strict server of the test's own: what the sandbox may have
//! misunderstood as the program did is caught here.

mod chatbotx;
mod chatwoot;
mod livedesk;
mod rocketchat;

use serde_json::Value;

use crate::harness::Bench;
use crate::mock::{Mock, Reply, Request};

/// A server and a profile `x` that leads to it.
struct Against {
    mock: Mock,
    bench: Bench,
}

impl Against {
    /// `keys` are the profile's lines apart from `base_url`.
    fn new(keys: &str, answer: impl Fn(&Request) -> Reply + Send + Sync + 'static) -> Self {
        let mock = Mock::start(answer);
        let bench = Bench::configured(&format!("[profiles.x]\nbase_url = \"{}\"\n{keys}\n", mock.url()));
        Self { mock, bench }
    }

    /// What a run that must succeed prints as JSON.
    #[track_caller]
    fn rows(&self, line: &str) -> Vec<Value> {
        self.bench.run(&format!("-q {line} -o ndjson")).exits(0).lines()
    }

    /// The names of the contacts that a search finds.
    #[track_caller]
    fn names(&self, arguments: &[&str]) -> Vec<String> {
        let mut line = vec!["-q", "-o", "ndjson"];
        line.extend(arguments);
        let rows = self.bench.contacts(line).exits(0).lines();
        rows.iter().map(|row| row["name"].as_str().unwrap_or_default().to_owned()).collect()
    }

    /// The requests since this was called last.
    fn seen(&self) -> Vec<Request> {
        self.mock.take()
    }
}

/// Asserts that only parameters of this list were sent.
#[track_caller]
fn sends_only(requests: &[Request], known: &[&str]) {
    for request in requests {
        for (name, _) in &request.params {
            assert!(known.contains(&name.as_str()), "`{name}` was sent: {request:?}");
        }
    }
}
