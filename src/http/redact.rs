//! Takes secrets out of text that a person may see: messages, traces, excerpts.
//!
//! Knows in which disguises a secret comes back: as it is, percent-encoded, escaped in JSON or HTML, in Base64.

use std::borrow::Cow;
use std::ops::Range;
use std::sync::Arc;

use memchr::memmem;
use secrecy::{ExposeSecret, SecretString};

use super::encode::{base64, percent_encoded, percent_encoded_lower};
use super::{Auth, HeaderMap};

/// What stands where a secret was.
pub const REDACTED: &str = "[redacted]";

/// Shorter secrets are not looked for: they would blot out half of every text.
const SHORTEST: usize = 4;

/// Takes the secrets of one profile out of text. Cheap to clone, and cannot be printed.
#[derive(Clone, Default)]
pub struct Redactor {
    needles: Arc<[SecretString]>,
}

impl Redactor {
    /// Knows the secrets of `auth` in every disguise.
    pub fn new(auth: &Auth) -> Self {
        match auth {
            Auth::None => Self::default(),
            Auth::Headers(headers) => Self::of(headers.iter().map(|(_, secret)| secret.expose_secret())),
            Auth::Bearer(token) => Self::of([token.expose_secret()]),
            Auth::Basic { user, password } => {
                let pair = SecretString::from(format!("{}:{}", user.expose_secret(), password.expose_secret()));
                Self::of([user.expose_secret(), password.expose_secret(), pair.expose_secret()])
            }
        }
    }

    /// Knows `secrets` in every disguise.
    pub fn of<'s>(secrets: impl IntoIterator<Item = &'s str>) -> Self {
        let mut needles: Vec<String> = Vec::new();
        for secret in secrets {
            for form in disguises(secret) {
                if form.len() >= SHORTEST && !needles.contains(&form) {
                    needles.push(form);
                }
            }
        }
        needles.sort_by_key(|needle| std::cmp::Reverse(needle.len()));
        Self { needles: needles.into_iter().map(SecretString::from).collect() }
    }

    /// `text` without secrets.
    pub fn redact<'t>(&self, text: &'t str) -> Cow<'t, str> {
        let mut text = Cow::Borrowed(text);
        for needle in &*self.needles {
            if text.contains(needle.expose_secret()) {
                text = Cow::Owned(text.replace(needle.expose_secret(), REDACTED));
            }
        }
        text
    }

    /// `bytes` without secrets; they need not be UTF-8.
    pub fn redact_bytes<'b>(&self, bytes: &'b [u8]) -> Cow<'b, [u8]> {
        let mut bytes = Cow::Borrowed(bytes);
        for needle in &*self.needles {
            let needle = needle.expose_secret().as_bytes();
            if memmem::find(&bytes, needle).is_some() {
                bytes = Cow::Owned(replaced(&bytes, needle));
            }
        }
        bytes
    }

    /// The headers as a trace may show them: those that carry credentials are blotted out whole.
    pub(super) fn headers(&self, headers: &HeaderMap) -> Vec<(String, String)> {
        let shown = |name: &str, value: &hyper::header::HeaderValue| {
            if value.is_sensitive() || is_secret_name(name) {
                REDACTED.to_owned()
            } else {
                self.redact(&String::from_utf8_lossy(value.as_bytes())).into_owned()
            }
        };
        headers.iter().map(|(name, value)| (name.to_string(), shown(name.as_str(), value))).collect()
    }
}

/// Where in a JSON text (or in what a server sent of one) the strings lie whose key says that they are secret, as a vendor's
/// `access_token` or the password of an inbox; quotes not included. All strings below such a key count.
pub fn secret_values(json: &[u8]) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    // `hidden` is the depth of the object whose key is a secret's; everything is until its value ends.
    let (mut depth, mut hidden, mut before) = (0_usize, None, 0_u8);
    let mut at = 0;
    while at < json.len() {
        let byte = json[at];
        match byte {
            b'{' | b'[' => depth += 1,
            b'}' | b']' => {
                depth = depth.saturating_sub(1);
                hidden = hidden.filter(|secret| *secret <= depth);
            }
            b',' => hidden = hidden.filter(|secret| *secret != depth),
            b'"' => {
                let start = at + 1;
                at = start;
                while at < json.len() && json[at] != b'"' {
                    at += if json[at] == b'\\' { 2 } else { 1 };
                }
                let text = start..at.min(json.len());
                let next = json.get(at + 1..).and_then(|rest| rest.iter().find(|byte| !byte.is_ascii_whitespace()));
                let is_key = before != b':' && next == Some(&b':');
                if is_key && hidden.is_none() && is_secret_key(&json[text.clone()]) {
                    hidden = Some(depth);
                } else if !is_key && hidden.is_some() && !text.is_empty() {
                    found.push(text);
                }
            }
            _ => {}
        }
        if !byte.is_ascii_whitespace() {
            before = byte;
        }
        at += 1;
    }
    found
}

/// A JSON text in which [`secret_values`] are replaced.
pub fn without_secret_values(json: &[u8]) -> Cow<'_, [u8]> {
    let found = secret_values(json);
    if found.is_empty() {
        return Cow::Borrowed(json);
    }
    let mut out = Vec::with_capacity(json.len());
    let mut rest = 0;
    for secret in found {
        out.extend_from_slice(&json[rest..secret.start]);
        out.extend_from_slice(REDACTED.as_bytes());
        rest = secret.end;
    }
    out.extend_from_slice(&json[rest..]);
    Cow::Owned(out)
}

/// Whether a JSON key of this name holds a secret, whatever the vendor.
fn is_secret_key(key: &[u8]) -> bool {
    const PARTS: [&str; 13] = [
        "token",
        "secret",
        "password",
        "passwd",
        "hmac",
        "api_key",
        "apikey",
        "api-key",
        "authorization",
        "private_key",
        "access_key",
        "credential",
        "provider_config",
    ];
    let key = String::from_utf8_lossy(key).to_ascii_lowercase();
    PARTS.iter().any(|part| key.contains(part))
}

/// Whether a header of this name carries credentials, whoever sent it.
fn is_secret_name(name: &str) -> bool {
    const PARTS: [&str; 9] =
        ["authorization", "cookie", "token", "secret", "password", "api-key", "apikey", "session", "signature"];
    PARTS.iter().any(|part| name.contains(part))
}

fn replaced(bytes: &[u8], needle: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len());
    let mut rest = 0;
    for found in memmem::find_iter(bytes, needle) {
        out.extend_from_slice(&bytes[rest..found]);
        out.extend_from_slice(REDACTED.as_bytes());
        rest = found + needle.len();
    }
    out.extend_from_slice(&bytes[rest..]);
    out
}

fn disguises(secret: &str) -> [String; 13] {
    let json = serde_json::to_string(secret).expect("text is always JSON");
    let json = json[1..json.len() - 1].to_owned();
    let base64 = base64(secret.as_bytes());
    let url_safe = base64.replace('+', "-").replace('/', "_");
    let html = secret.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;");
    [
        secret.to_owned(),
        json.replace('/', "\\/"),
        json,
        html.replace('\'', "&#39;"),
        percent_encoded(secret),
        percent_encoded_lower(secret),
        url::form_urlencoded::byte_serialize(secret.as_bytes()).collect(),
        percent_encoded(&base64),
        percent_encoded(base64.trim_end_matches('=')),
        url_safe.trim_end_matches('=').to_owned(),
        url_safe,
        base64.trim_end_matches('=').to_owned(),
        base64,
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_disguise_is_found() {
        let secret = "p/s+s \"wörd\"&=";
        let redactor = Redactor::of([secret]);
        for form in disguises(secret) {
            assert_eq!(redactor.redact(&format!("<{form}>")), "<[redacted]>", "{form}");
            assert_eq!(*redactor.redact_bytes(format!("\u{1}{form}x").as_bytes()), *b"\x01[redacted]x", "{form}");
        }
        assert!(matches!(redactor.redact("nothing here"), Cow::Borrowed("nothing here")));
    }

    #[test]
    fn basic_is_found_in_base64() {
        let auth = Auth::Basic { user: "Aladdin".into(), password: "open sesame".into() };
        let redactor = Redactor::new(&auth);
        assert_eq!(
            redactor.redact("Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ== for Aladdin"),
            "Basic [redacted] for [redacted]"
        );
        assert_eq!(redactor.redact("open%20sesame"), "[redacted]");
    }

    #[test]
    fn the_longer_secret_goes_first() {
        assert_eq!(Redactor::of(["abcd", "abcdefgh"]).redact("abcdefgh abcd"), "[redacted] [redacted]");
    }

    fn shown(json: &str) -> String {
        String::from_utf8(without_secret_values(json.as_bytes()).into_owned()).unwrap()
    }

    #[test]
    fn what_a_key_calls_secret_is_hidden() {
        let cases = [
            (r#"{"access_token":"abc","name":"Ann"}"#, r#"{"access_token":"[redacted]","name":"Ann"}"#),
            (r#"{ "imap_PASSWORD" : "a\"b\\" , "x":"y"}"#, r#"{ "imap_PASSWORD" : "[redacted]" , "x":"y"}"#),
            (
                r#"[{"provider_config":{"a":"b","c":["d",{"e":"f"}]},"g":"h"},"i"]"#,
                r#"[{"provider_config":{"a":"[redacted]","c":["[redacted]",{"e":"[redacted]"}]},"g":"h"},"i"]"#,
            ),
            (r#"{"hmac_token":null,"a":"b"}"#, r#"{"hmac_token":null,"a":"b"}"#),
            (r#"{"a":{"password":""},"b":"c"}"#, r#"{"a":{"password":""},"b":"c"}"#),
            (
                r#"{"services":{"password":{"bcrypt":"x"}},"b":"c"}"#,
                r#"{"services":{"password":{"bcrypt":"[redacted]"}},"b":"c"}"#,
            ),
            (r#"{"name":"token","note":"my password: x"}"#, r#"{"name":"token","note":"my password: x"}"#),
            (r#"{"apiKey":"cut of"#, r#"{"apiKey":"[redacted]"#),
            (r#"{"token":"a":"b"}"#, r#"{"token":"[redacted]":"[redacted]"}"#),
            ("no json \" at all }}]", "no json \" at all }}]"),
        ];
        for (json, want) in cases {
            assert_eq!(shown(json), want);
        }
    }

    #[test]
    fn credentials_in_headers_are_blotted_out() {
        let mut headers = HeaderMap::new();
        headers.insert("set-cookie", "rc_session=1".parse().unwrap());
        headers.insert("x-auth-token", "other".parse().unwrap());
        headers.insert("x-note", "canary-1234".parse().unwrap());
        let shown = Redactor::of(["canary-1234"]).headers(&headers);
        assert!(shown.iter().all(|(_, value)| value == REDACTED), "{shown:?}");
    }
}
