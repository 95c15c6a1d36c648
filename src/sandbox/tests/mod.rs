//! The sandbox over real sockets, against what the vendor notes say.

mod chatbotx;
mod chatwoot;
mod faults;
mod livedesk;
mod rocketchat;

use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::{Sandbox, SandboxOptions, start};

/// A reply as it came.
struct Got {
    status: u16,
    head: String,
    body: Vec<u8>,
}

impl Got {
    fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }

    fn text(&self) -> String {
        String::from_utf8(self.body.clone()).unwrap()
    }

    fn header(&self, name: &str) -> Option<&str> {
        let line = self.head.lines().find(|line| line.to_lowercase().starts_with(&format!("{name}:")))?;
        Some(line.split_once(':')?.1.trim())
    }
}

async fn sandbox(options: SandboxOptions) -> Sandbox {
    start(options).await.unwrap()
}

/// GETs `path` with these header lines.
async fn get(sandbox: &Sandbox, path: &str, headers: &[&str]) -> Got {
    try_get(sandbox, path, headers).await.expect("a reply")
}

/// GETs `path`; `None` when the connection ends before a whole head came.
async fn try_get(sandbox: &Sandbox, path: &str, headers: &[&str]) -> Option<Got> {
    let mut stream = TcpStream::connect(sandbox.addr).await.unwrap();
    let lines = [&["host: sandbox", "connection: close"], headers].concat().join("\r\n");
    let request = format!("GET {path} HTTP/1.1\r\n{lines}\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut bytes = Vec::new();
    // A reset after some bytes is for the caller to judge by what came.
    _ = stream.read_to_end(&mut bytes).await;
    let end = bytes.windows(4).position(|window| window == b"\r\n\r\n")?;
    let head = String::from_utf8(bytes[..end].to_vec()).unwrap();
    let status = head.split(' ').nth(1)?.parse().unwrap();
    Some(Got { status, head, body: bytes[end + 4..].to_vec() })
}

/// The keys of an object, in order.
fn keys(value: &Value) -> Vec<&str> {
    value.as_object().unwrap().keys().map(String::as_str).collect()
}

/// The texts at `key` of a list.
fn column<'a>(rows: &'a Value, key: &str) -> Vec<&'a str> {
    rows.as_array().unwrap().iter().map(|row| row[key].as_str().unwrap_or_default()).collect()
}
