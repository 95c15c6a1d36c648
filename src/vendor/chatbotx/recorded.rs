//! Exchanges recorded from a server of era B, for tests.

use crate::http::{HeaderMap, Reply};

/// The reply in a recorded exchange: request, reply's head and body, with blank lines between.
pub(super) fn reply(recorded: &str) -> Reply {
    let text = recorded.replace("\r\n", "\n");
    let (_request, rest) = text.split_once("\n\n").unwrap();
    let (head, body) = rest.split_once("\n\n").unwrap();
    let mut lines = head.lines();
    let status = lines.next().unwrap().split(' ').nth(1).unwrap().parse().unwrap();
    let mut headers = HeaderMap::new();
    for (name, value) in lines.filter_map(|line| line.split_once(": ")) {
        match name.to_lowercase().as_str() {
            "content-type" => headers.insert("content-type", value.parse().unwrap()),
            "date" => headers.insert("date", value.parse().unwrap()),
            _ => None,
        };
    }
    Reply { status, headers, body: body.trim_end().as_bytes().to_vec().into() }
}
