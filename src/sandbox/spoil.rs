//! What a fault makes of an answer. How it then travels is told by [`Delivery`].

use std::time::Duration;

use serde_json::{Value, json};

use super::exchange::Answer;
use super::fault::FaultKind;
use super::{Settings, Vendor, chatbotx, chatwoot, livedesk, rocketchat};

/// More than any client should read.
const HUGE: usize = 80 << 20;
/// Deeper than a recursive parser can go.
const DEPTH: usize = 100_000;

/// How an answer travels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Delivery {
    /// As it should.
    Whole,
    /// Not at all: the connection is reset.
    Reset,
    /// Never.
    Never,
    /// A little at a time.
    Drip(Duration),
    /// The first half.
    Half,
    /// Followed by so many bytes.
    Endless(usize),
}

/// Spoils `answer` as `kind` says; `location` is the address that was asked for.
pub fn spoil(
    kind: &FaultKind,
    vendor: Vendor,
    settings: Settings,
    now: i64,
    location: &str,
    answer: Answer,
) -> (Answer, Delivery) {
    let whole = |answer| (answer, Delivery::Whole);
    match kind {
        FaultKind::Reset => (answer, Delivery::Reset),
        FaultKind::Hang => (answer, Delivery::Never),
        FaultKind::Drip(pause) => (answer, Delivery::Drip(*pause)),
        FaultKind::Truncate => (answer, Delivery::Half),
        FaultKind::Huge => {
            let mut answer = Answer::json(200, format!(r#"{{"{}":["#, list_key(vendor)));
            answer.body.extend_from_slice(b"\"");
            (answer, Delivery::Endless(HUGE))
        }
        // These were dealt with before there was an answer.
        FaultKind::Slow(_) | FaultKind::IgnorePage | FaultKind::LieTotal => whole(answer),
        FaultKind::Status(status) => whole(failure(vendor, *status)),
        FaultKind::Limited(seconds) => whole(limited(vendor, i64::from(*seconds) * 1000, now)),
        FaultKind::Revoke => whole(match vendor {
            Vendor::Rocketchat => rocketchat::unauthorized(settings),
            Vendor::Livedesk => livedesk::unauthorized(),
            Vendor::Chatbotx => chatbotx::unauthorized(settings),
            Vendor::Chatwoot => chatwoot::wrong_token(),
        }),
        FaultKind::Html => whole(page(200, "Sign in", "<form><input name=\"user\"></form>")),
        FaultKind::Empty => whole(Answer { body: Vec::new(), ..answer }),
        FaultKind::Garbage => whole(Answer::json(200, b"{\"\xff\xfe\x00\x1b[2J".to_vec())),
        FaultKind::WrongType => whole(Answer { headers: vec![("content-type", "text/html".to_owned())], ..answer }),
        FaultKind::NullList => whole(null_list(answer)),
        FaultKind::EmptyList => whole(empty_list(vendor, answer)),
        FaultKind::SuccessFalse => {
            whole(Answer::value(200, &json!({"success": false, "error": "something went wrong"})))
        }
        FaultKind::BadGzip => whole(gzip(&answer, corrupt(&answer.body))),
        FaultKind::Bomb => whole(gzip(&answer, bomb())),
        FaultKind::Deep => {
            let (open, close) = ("[".repeat(DEPTH), "]".repeat(DEPTH));
            whole(Answer::json(200, format!(r#"{{"{}":{open}{close}}}"#, list_key(vendor))))
        }
        FaultKind::Redirect(url) => whole(redirect(url)),
        FaultKind::RedirectSame => whole(redirect(location)),
    }
}

fn redirect(to: &str) -> Answer {
    Answer::plain(307, "").with("location", to)
}

fn list_key(vendor: Vendor) -> &'static str {
    match vendor {
        Vendor::Rocketchat => "contacts",
        Vendor::Chatbotx => "data",
        Vendor::Livedesk | Vendor::Chatwoot => "payload",
    }
}

fn page(status: u16, title: &str, body: &str) -> Answer {
    let html = format!(
        "<!DOCTYPE html>\n<html><head><title>{title}</title></head><body><h1>{title}</h1>{body}</body></html>\n"
    );
    Answer { status, headers: vec![("content-type", "text/html; charset=utf-8".to_owned())], body: html.into_bytes() }
}

/// An error in the shape in which the vendor, or the proxy in front of it, tells it.
fn failure(vendor: Vendor, status: u16) -> Answer {
    if let 502..=504 = status {
        return page(status, &format!("{status} Bad Gateway"), "<hr>proxy");
    }
    let value = match (vendor, status) {
        (Vendor::Rocketchat, 403) => {
            json!({"success": false, "error": "User does not have the permissions required for this action [error-unauthorized]"})
        }
        (Vendor::Rocketchat, 500..) => json!({"success": false, "error": "Internal server error"}),
        (Vendor::Rocketchat, _) => json!({"success": false, "error": "error-sandbox-fault"}),
        (Vendor::Livedesk, 403) => json!({"code": 403, "message": "Insufficient permissions"}),
        (Vendor::Livedesk, _) => json!({"code": status, "message": "sandbox fault"}),
        (Vendor::Chatbotx, 403) => {
            let message = "Token is not authorized for the 'contacts' scope";
            json!({"defined": true, "code": "FORBIDDEN", "status": 403, "message": message})
        }
        (Vendor::Chatbotx, 500..) => {
            json!({"defined": false, "code": "INTERNAL_SERVER_ERROR", "status": status, "message": "Internal server error"})
        }
        (Vendor::Chatbotx, _) => {
            json!({"defined": false, "code": "systemError", "status": status, "message": "sandbox fault"})
        }
        (Vendor::Chatwoot, 403) => return page(403, "403 Forbidden", "<hr>proxy"),
        (Vendor::Chatwoot, 500..) => json!({"status": status, "error": "Internal Server Error"}),
        (Vendor::Chatwoot, _) => json!({"error": "sandbox fault"}),
    };
    Answer::value(status, &value)
}

/// The refusal of one request too many, the wait told as each vendor does.
fn limited(vendor: Vendor, wait_ms: i64, now: i64) -> Answer {
    match vendor {
        Vendor::Rocketchat => rocketchat::too_many(wait_ms)
            .with("x-ratelimit-limit", "10")
            .with("x-ratelimit-remaining", "0")
            .with("x-ratelimit-reset", (now + wait_ms).to_string()),
        Vendor::Livedesk => livedesk::too_many(wait_ms),
        Vendor::Chatbotx => chatbotx::too_many(wait_ms),
        Vendor::Chatwoot => chatwoot::too_many(),
    }
}

fn null_list(answer: Answer) -> Answer {
    let Ok(Value::Object(mut map)) = serde_json::from_slice(&answer.body) else { return answer };
    map.values_mut().filter(|value| value.is_array()).for_each(|value| *value = Value::Null);
    Answer { body: Value::Object(map).to_string().into_bytes(), ..answer }
}

/// The names of what counts the contacts, at the top or in `meta`.
const COUNTS: [&str; 4] = ["total", "count", "totalCount", "pageCount"];

fn empty_list(vendor: Vendor, answer: Answer) -> Answer {
    let Ok(mut body) = serde_json::from_slice::<Value>(&answer.body) else { return answer };
    let Some(list) = body.get_mut(list_key(vendor)).and_then(Value::as_array_mut) else { return answer };
    list.clear();
    for place in ["", "/meta"] {
        let Some(map) = body.pointer_mut(place).and_then(Value::as_object_mut) else { continue };
        map.iter_mut().filter(|(key, _)| COUNTS.contains(&key.as_str())).for_each(|(_, count)| *count = json!(0));
    }
    Answer { body: body.to_string().into_bytes(), ..answer }
}

fn gzip(answer: &Answer, body: Vec<u8>) -> Answer {
    let mut headers = answer.headers.clone();
    headers.push(("content-encoding", "gzip".to_owned()));
    Answer { status: answer.status, headers, body }
}

/// The head of a gzip file.
const GZIP: [u8; 10] = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255];

/// Half of `body` as it should be, and then a block of a kind that does not exist.
fn corrupt(body: &[u8]) -> Vec<u8> {
    let half = &body[..(body.len() / 2).min(0xffff)];
    let length = u16::try_from(half.len()).expect("at most 65,535");
    let mut bytes = GZIP.to_vec();
    bytes.push(0);
    bytes.extend_from_slice(&length.to_le_bytes());
    bytes.extend_from_slice(&(!length).to_le_bytes());
    bytes.extend_from_slice(half);
    bytes.extend_from_slice(&[0b110, 0xaa, 0xaa, 0xaa]);
    bytes
}

/// A quote and eighty million spaces: one literal, repeated 258 at a time in 13 bits each (RFC 1951, 3.2.6).
fn bomb() -> Vec<u8> {
    let mut bits = Bits { bytes: GZIP.to_vec(), pending: 0, count: 0 };
    // The last block, of fixed codes; a space is 0x30 + 0x20 in eight bits, most significant first.
    bits.push(0b011, 3);
    bits.push(u32::from(0x50_u8.reverse_bits()), 8);
    for _ in 0..HUGE / 258 {
        // Length 258 is code 285, 0b1100_0101; distance 1 is code 0.
        bits.push(u32::from(0b1100_0101_u8.reverse_bits()), 13);
    }
    bits.push(0, 7 + 7);
    bits.bytes.extend_from_slice(&[0; 8]);
    bits.bytes
}

/// Bits, the least significant first.
struct Bits {
    bytes: Vec<u8>,
    pending: u32,
    count: u32,
}

impl Bits {
    fn push(&mut self, value: u32, width: u32) {
        self.pending |= value << self.count;
        self.count += width;
        while self.count >= 8 {
            self.bytes.push(self.pending.to_le_bytes()[0]);
            self.pending >>= 8;
            self.count -= 8;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use super::*;

    #[test]
    fn a_bomb_is_gzip_of_eighty_mebibytes() {
        let packed = bomb();
        assert!(packed.len() < 1 << 20);
        let mut unpacked = flate2::read::GzDecoder::new(&packed[..]);
        let mut buffer = vec![0; 1 << 16];
        let mut total = 0;
        // Its checksum is wrong: nobody gets that far.
        while let Ok(count @ 1..) = unpacked.read(&mut buffer) {
            assert!(buffer[..count].iter().all(|&byte| byte == b' '));
            total += count;
        }
        assert!(total > 79 << 20, "{total}");
    }

    #[test]
    fn corrupt_gzip_begins_well() {
        let body = vec![b'a'; 1000];
        let mut unpacked = Vec::new();
        let packed = corrupt(&body);
        let read = flate2::read::GzDecoder::new(&packed[..]).read_to_end(&mut unpacked);
        assert!(read.is_err());
        assert!(body.starts_with(&unpacked));
    }

    #[test]
    fn null_takes_the_place_of_lists() {
        let answer = null_list(Answer::json(200, r#"{"data":[1],"pageCount":1}"#));
        assert_eq!(String::from_utf8(answer.body).unwrap(), r#"{"data":null,"pageCount":1}"#);
    }
}
