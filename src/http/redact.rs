//! Takes secrets out of text that a person may see: messages, traces, excerpts.
//!
//! Knows in which disguises a secret comes back: as it is, percent-encoded, escaped in JSON or HTML, in Base64.

use std::borrow::Cow;
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
        let shown = |name: &str, value: &reqwest::header::HeaderValue| {
            if value.is_sensitive() || is_secret_name(name) {
                REDACTED.to_owned()
            } else {
                self.redact(&String::from_utf8_lossy(value.as_bytes())).into_owned()
            }
        };
        headers.iter().map(|(name, value)| (name.to_string(), shown(name.as_str(), value))).collect()
    }
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

fn disguises(secret: &str) -> [String; 8] {
    let json = serde_json::to_string(secret).expect("text is always JSON");
    let json = json[1..json.len() - 1].to_owned();
    let html = secret.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;");
    [
        secret.to_owned(),
        json.replace('/', "\\/"),
        json,
        html.replace('\'', "&#39;"),
        percent_encoded(secret),
        percent_encoded_lower(secret),
        base64(secret.as_bytes()),
        base64(secret.as_bytes()).trim_end_matches('=').to_owned(),
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
