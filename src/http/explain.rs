//! Why no reply came, in plain words: from the errors of sockets, TLS and HTTP to a message, a hint, and whether to try again.

use std::error::Error;
use std::io;

use rustls::CertificateError;
use url::Url;

use super::unpack::BadBody;
use super::wire::ProxyError;
use super::{HttpErrorKind, MAX_BODY};

/// An exchange that brought no reply.
#[derive(Debug)]
pub(super) struct Trouble {
    /// The class.
    pub kind: HttpErrorKind,
    /// What happened.
    pub message: String,
    /// What to do next.
    pub hint: Option<&'static str>,
    /// Whether another try may help.
    pub again: Again,
}

/// Whether another try may help.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Again {
    /// It may.
    Yes,
    /// It would end the same way.
    No,
}

impl Trouble {
    /// Something that may pass.
    pub fn passing(message: impl Into<String>) -> Self {
        Self { kind: HttpErrorKind::Network, message: message.into(), hint: None, again: Again::Yes }
    }

    /// Something that stays as it is.
    pub fn lasting(kind: HttpErrorKind, message: impl Into<String>, hint: Option<&'static str>) -> Self {
        Self { kind, message: message.into(), hint, again: Again::No }
    }
}

/// The host and port of `url`.
fn place(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    url.port_or_known_default().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
}

/// What `error`, met while talking to the host of `url`, means.
pub(super) fn explain(error: &(dyn Error + 'static), url: &Url) -> Trouble {
    let host = url.host_str().unwrap_or_default();
    let place = place(url);
    if let Some(tls) = Causes(Some(error)).find_map(|cause| cause.downcast_ref()) {
        return explain_tls(tls, host);
    }
    for cause in Causes(Some(error)) {
        if let Some(ProxyError { proxy, .. }) = cause.downcast_ref() {
            let hint = Some("check `HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY` and `NO_PROXY`");
            let message = format!("the proxy `{proxy}` did not let through to `{place}`: {}", last(cause));
            return Trouble { hint, ..Trouble::passing(message) };
        }
        if let Some(http) = cause.downcast_ref::<hyper::Error>() {
            if http.is_parse_too_large() {
                let message = format!("the head of the reply from `{place}` is too large to be read");
                return Trouble::lasting(HttpErrorKind::BadReply, message, None);
            }
            if http.is_parse() {
                let hint = Some("check `base_url`: its scheme (`http` or `https`), host and port");
                let message = format!("`{place}` does not speak HTTP: {http}");
                return Trouble::lasting(HttpErrorKind::BadReply, message, hint);
            }
            if http.is_incomplete_message() {
                return Trouble::passing(format!("`{place}` closed the connection before the reply was whole"));
            }
        }
        let text = cause.to_string();
        if text.starts_with("dns error") || text.starts_with("failed to lookup") {
            return explain_dns(cause, host);
        }
        if let Some(io) = cause.downcast_ref() {
            return explain_io(io, &place);
        }
    }
    Trouble::passing(format!("the exchange with `{place}` failed: {}", last(error)))
}

/// What `error`, met in the body of a reply of the host of `url`, means.
pub(super) fn spoilt(error: &BadBody, url: &Url) -> Trouble {
    let (place, kind) = (place(url), HttpErrorKind::BadReply);
    match error {
        BadBody::TooLarge => Trouble::lasting(kind, format!("the reply is larger than {} MiB", MAX_BODY >> 20), None),
        BadBody::Unknown(coding) => {
            let message = format!("`{place}` packed its reply as `{coding}`, though it was asked for gzip or none");
            Trouble::lasting(kind, message, Some("does a proxy or a web server in between change replies?"))
        }
        BadBody::Damaged(error) => {
            Trouble { kind, ..Trouble::passing(format!("the compressed body from `{place}` is damaged ({error})")) }
        }
    }
}

fn explain_dns(cause: &(dyn Error + 'static), host: &str) -> Trouble {
    let text = last(cause);
    let hint = Some("check `base_url`, and that this machine is online");
    let passing = text.contains("emporary");
    let message = format!("no address is known for `{host}` (dns: {text})");
    Trouble { hint, again: if passing { Again::Yes } else { Again::No }, ..Trouble::passing(message) }
}

fn explain_io(error: &io::Error, place: &str) -> Trouble {
    let refused = "is the server running, and `base_url` right?";
    match error.kind() {
        io::ErrorKind::ConnectionRefused => {
            Trouble { hint: Some(refused), ..Trouble::passing(format!("`{place}` refused the connection")) }
        }
        io::ErrorKind::ConnectionReset | io::ErrorKind::ConnectionAborted | io::ErrorKind::BrokenPipe => {
            Trouble::passing(format!("`{place}` broke off the connection"))
        }
        io::ErrorKind::UnexpectedEof => {
            Trouble::passing(format!("`{place}` closed the connection before the reply was whole"))
        }
        io::ErrorKind::NetworkUnreachable | io::ErrorKind::HostUnreachable => Trouble {
            hint: Some("is this machine online?"),
            ..Trouble::passing(format!("`{place}` cannot be reached ({error})"))
        },
        io::ErrorKind::TimedOut => Trouble::passing(format!("`{place}` did not answer in time")),
        _ => Trouble::passing(format!("the connection to `{place}` failed: {error}")),
    }
}

fn explain_tls(error: &rustls::Error, host: &str) -> Trouble {
    let network = HttpErrorKind::Network;
    let trust = Some(
        "if the server uses a certificate authority of its own, name its file as `ca_file` in the profile or in `SSL_CERT_FILE`",
    );
    match error {
        rustls::Error::InvalidCertificate(certificate) => match certificate {
            CertificateError::UnknownIssuer => Trouble::lasting(
                network,
                format!("tls: the certificate of `{host}` comes from an unknown issuer"),
                trust,
            ),
            CertificateError::Expired | CertificateError::ExpiredContext { .. } => Trouble::lasting(
                network,
                format!("tls: the certificate of `{host}` has expired"),
                Some("is this machine's clock right?"),
            ),
            CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => Trouble::lasting(
                network,
                format!("tls: the certificate of `{host}` is not valid yet"),
                Some("is this machine's clock right?"),
            ),
            CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
                let message = format!("tls: the certificate that `{host}` showed is for another name");
                Trouble::lasting(network, message, Some("check the host in `base_url`"))
            }
            _ => {
                Trouble::lasting(network, format!("tls: the certificate of `{host}` cannot be trusted: {error}"), trust)
            }
        },
        rustls::Error::InvalidMessage(_) => {
            let hint = Some("does `base_url` need `http` or another port?");
            Trouble::lasting(network, format!("tls: `{host}` does not speak TLS at this port ({error})"), hint)
        }
        rustls::Error::DecryptError | rustls::Error::PeerMisbehaved(_) | rustls::Error::General(_) => {
            Trouble::passing(format!("tls: {error}"))
        }
        _ => Trouble::lasting(network, format!("tls: `{host}` and this program could not agree: {error}"), None),
    }
}

/// An error and what caused it, outermost first. What an [`io::Error`] wraps counts as its cause.
struct Causes<'e>(Option<&'e (dyn Error + 'static)>);

impl<'e> Iterator for Causes<'e> {
    type Item = &'e (dyn Error + 'static);

    fn next(&mut self) -> Option<Self::Item> {
        let error = self.0?;
        let wrapped = error.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
        self.0 = wrapped.map(|wrapped| wrapped as &(dyn Error + 'static)).or_else(|| error.source());
        Some(error)
    }
}

/// What the innermost cause says.
fn last(error: &(dyn Error + 'static)) -> String {
    Causes(Some(error)).last().unwrap_or(error).to_string()
}
