//! One request and its reply, redirects within the same origin followed. No second try.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use http_body_util::BodyExt;
use hyper::Version;
use hyper::body::Body;
use hyper::header::{ACCEPT, ACCEPT_ENCODING, AUTHORIZATION, HeaderName, HeaderValue, USER_AGENT};
use secrecy::ExposeSecret;
use tokio::time::Instant;
use url::Url;

use crate::buffers::Buffers;
use crate::room::Room;

use super::encode::base64;
use super::explain::{Trouble, explain, spoilt};
use super::redact::without_secret_values;
use super::unpack::{ACCEPTED, BadBody, Unpacker};
use super::wire::Wire;
use super::{Auth, Event, HeaderMap, HttpConfig, HttpError, HttpErrorKind, MAX_BODY, Redactor, Reply};

const MAX_REDIRECTS: u32 = 3;

/// Room that is made for a body before its first byte; what a server announces beyond that must first come.
const ROOM: usize = 1 << 20;

/// The exchanges of this process, for traces.
static EXCHANGES: AtomicU64 = AtomicU64::new(0);

/// Sends requests to one origin, with the credentials for it.
pub(super) struct Exchanger {
    wire: Wire,
    headers: HeaderMap,
    timeout: Duration,
    buffers: Buffers,
    /// Requests sent, redirects included.
    pub requests: AtomicU64,
}

impl Exchanger {
    pub fn new(config: &HttpConfig) -> Result<Self, HttpError> {
        let headers = headers(&config.auth)?;
        let wire = Wire::new(config)?;
        Ok(Self { wire, headers, timeout: config.timeout, buffers: Buffers::default(), requests: 0.into() })
    }

    /// GETs `url`, which must be of the profile's origin.
    pub async fn get(&self, url: &Url, config: &HttpConfig, redactor: &Redactor) -> Result<Reply, Trouble> {
        let deadline = Instant::now() + self.timeout;
        let mut url = url.clone();
        let mut redirects = 0;
        loop {
            let reply = self.hop(&url, deadline, config, redactor).await?;
            if !matches!(reply.status, 301 | 302 | 303 | 307 | 308) {
                return Ok(reply);
            }
            let next = target(&url, &reply)?;
            redirects += 1;
            if redirects > MAX_REDIRECTS {
                let message = format!("redirected more than {MAX_REDIRECTS} times, at last to `{}`", bare(&next));
                return Err(Trouble::lasting(HttpErrorKind::BadReply, message, Some("check `base_url`")));
            }
            url = next;
        }
    }

    async fn hop(
        &self,
        url: &Url,
        deadline: Instant,
        config: &HttpConfig,
        redactor: &Redactor,
    ) -> Result<Reply, Trouble> {
        let number = EXCHANGES.fetch_add(1, Ordering::Relaxed) + 1;
        self.requests.fetch_add(1, Ordering::Relaxed);
        config.trace.event(&Event::Request {
            number,
            method: "GET",
            url: redactor.redact(shown(url).as_str()).into_owned(),
            headers: redactor.headers(&self.headers),
        });
        let begun = Instant::now();
        let answered = AtomicBool::new(false);
        let outcome = tokio::time::timeout_at(deadline, self.fetch(url, &answered)).await.unwrap_or_else(|_| {
            let what =
                if answered.load(Ordering::Relaxed) { "the reply was not complete within" } else { "no reply within" };
            let message = format!("{what} {}", spoken(self.timeout));
            Err(Trouble { hint: Some("allow more time with `--timeout`"), ..Trouble::passing(message) })
        });
        match &outcome {
            Ok((reply, version)) => {
                let wanted = config.trace.wants_replies();
                config.trace.event(&Event::Reply {
                    number,
                    status: reply.status,
                    version: format!("{version:?}"),
                    headers: if wanted { redactor.headers(&reply.headers) } else { Vec::new() },
                    body: if wanted {
                        redactor.redact_bytes(&without_secret_values(&reply.body)).into_owned()
                    } else {
                        Vec::new()
                    },
                    elapsed: begun.elapsed(),
                });
            }
            Err(trouble) => {
                let message = redactor.redact(&trouble.message).into_owned();
                config.trace.event(&Event::Failure { number, message });
            }
        }
        outcome.map(|(reply, _)| reply)
    }

    async fn fetch(&self, url: &Url, answered: &AtomicBool) -> Result<(Reply, Version), Trouble> {
        let response = self.wire.get(url, &self.headers).await.map_err(|error| explain(error.as_ref(), url))?;
        answered.store(true, Ordering::Relaxed);
        let (head, mut body) = response.into_parts();
        let announced = body.size_hint().exact().map(|length| usize::try_from(length).unwrap_or(usize::MAX));
        if announced.is_some_and(|length| length > MAX_BODY) {
            return Err(spoilt(&BadBody::TooLarge, url));
        }
        Room::come().await;
        let room = |packed: bool| self.buffers.take(announced.filter(|_| !packed).map(|length| length.min(ROOM)));
        let mut unpacker = Unpacker::new(&head.headers, room).map_err(|error| spoilt(&error, url))?;
        while let Some(frame) = body.frame().await {
            if let Ok(piece) = frame.map_err(|error| explain(&error, url))?.into_data() {
                unpacker.push(&piece).map_err(|error| spoilt(&error, url))?;
            }
        }
        let body = unpacker.finish().map_err(|error| spoilt(&error, url))?;
        Ok((Reply { status: head.status.as_u16(), headers: head.headers, body }, head.version))
    }
}

/// Where a redirect leads, if that is the same origin, or the same host by https instead of http.
fn target(from: &Url, reply: &Reply) -> Result<Url, Trouble> {
    let astray = |message: String| {
        let hint =
            Some("check `base_url`: credentials go to its origin alone, and redirects elsewhere are not followed");
        Trouble::lasting(HttpErrorKind::BadReply, message, hint)
    };
    let location = reply.header("location").ok_or_else(|| astray("redirected to nowhere".to_owned()))?;
    let to = from.join(location).map_err(|_| astray("redirected to what is no URL".to_owned()))?;
    let upgrade = from.scheme() == "http" && to.scheme() == "https" && from.host() == to.host();
    if to.origin() == from.origin() && to.origin().is_tuple() || upgrade {
        Ok(shown(&to))
    } else {
        Err(astray(format!("redirected to another origin, `{}`", bare(&to))))
    }
}

/// A URL's origin and path: what may carry secrets is left out.
fn bare(url: &Url) -> String {
    let mut url = shown(url);
    url.set_query(None);
    url.set_fragment(None);
    url.to_string()
}

/// A URL without the credentials that it may hold.
fn shown(url: &Url) -> Url {
    let mut url = url.clone();
    // Fails for URLs that cannot have any.
    let _ = url.set_username("").and_then(|()| url.set_password(None));
    url
}

/// What every request carries.
fn headers(auth: &Auth) -> Result<HeaderMap, HttpError> {
    let mut headers = HeaderMap::new();
    headers.insert(USER_AGENT, HeaderValue::from_static(super::USER_AGENT));
    headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
    headers.insert(ACCEPT_ENCODING, HeaderValue::from_static(ACCEPTED));
    let mut secret = |name: HeaderName, value: &str| {
        let mut value = HeaderValue::from_str(value).map_err(|_| HttpError {
            hint: Some("was more copied than the secret itself, as a line break?".to_owned()),
            ..HttpError::new(
                HttpErrorKind::Config,
                format!("the secret for the header `{name}` holds characters that no header can"),
            )
        })?;
        value.set_sensitive(true);
        headers.insert(name, value);
        Ok(())
    };
    match auth {
        Auth::None => {}
        Auth::Headers(pairs) => {
            for (name, value) in pairs {
                let name = HeaderName::from_bytes(name.as_bytes())
                    .map_err(|_| HttpError::new(HttpErrorKind::Config, format!("`{name}` is no name of a header")))?;
                secret(name, value.expose_secret())?;
            }
        }
        Auth::Basic { user, password } => {
            let pair = format!("{}:{}", user.expose_secret(), password.expose_secret());
            secret(AUTHORIZATION, &format!("Basic {}", base64(pair.as_bytes())))?;
        }
        Auth::Bearer(token) => secret(AUTHORIZATION, &format!("Bearer {}", token.expose_secret()))?,
    }
    Ok(headers)
}

/// A time as people write it: `30s`, `1m 30s`, `1.5s`.
pub(super) fn spoken(time: Duration) -> String {
    match time.as_secs() {
        0..60 if time.subsec_millis() > 0 => format!("{}s", time.as_secs_f64()),
        seconds @ 0..120 => format!("{seconds}s"),
        seconds if seconds % 60 == 0 => format!("{}m", seconds / 60),
        seconds => format!("{}m {}s", seconds / 60, seconds % 60),
    }
}
