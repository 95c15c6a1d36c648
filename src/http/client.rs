//! The client of one profile.

use std::sync::atomic::{AtomicU64, Ordering};

use secrecy::ExposeSecret;
use url::Url;

use super::{Auth, HttpConfig, HttpError, HttpErrorKind, Judgement, Reply};

/// The client of one profile: every request goes to its origin, with its credentials.
pub struct Http {
    config: HttpConfig,
    client: reqwest::Client,
    requests: AtomicU64,
    retries: AtomicU64,
    waited_ms: AtomicU64,
}

impl Http {
    /// A client for `config`; nothing is sent yet.
    pub fn new(config: HttpConfig) -> Result<Self, HttpError> {
        let client = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .timeout(config.timeout)
            .build()
            .map_err(|error| HttpError::new(HttpErrorKind::Config, error.to_string()))?;
        Ok(Self { config, client, requests: 0.into(), retries: 0.into(), waited_ms: 0.into() })
    }

    /// The URL of `path` below the base URL, with `params` encoded (a space is `%20`, `+` is `%2B`).
    pub fn url(&self, path: &str, params: &[(&str, &str)]) -> Url {
        let mut url = self.config.base_url.clone();
        let joined = format!("{}/{}", url.path().trim_end_matches('/'), path.trim_start_matches('/'));
        url.set_path(&joined);
        if !params.is_empty() {
            url.query_pairs_mut().extend_pairs(params);
        }
        url
    }

    /// GETs `path` below the base URL.
    pub async fn get(&self, path: &str, params: &[(&str, &str)]) -> Result<Reply, HttpError> {
        let network = |error: reqwest::Error| HttpError::new(HttpErrorKind::Network, error.to_string());
        let mut request = self.client.get(self.url(path, params)).header("accept", "application/json");
        request = match &self.config.auth {
            Auth::None => request,
            Auth::Headers(headers) => {
                headers.iter().fold(request, |r, (name, value)| r.header(*name, value.expose_secret()))
            }
            Auth::Basic { user, password } => request.basic_auth(user.expose_secret(), Some(password.expose_secret())),
            Auth::Bearer(token) => request.bearer_auth(token.expose_secret()),
        };
        self.requests.fetch_add(1, Ordering::Relaxed);
        let response = request.send().await.map_err(network)?;
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let body = response.bytes().await.map_err(network)?.to_vec();
        let reply = Reply { status, headers, body };
        match self.config.dialect.judge(&reply) {
            Judgement::Accept => Ok(reply),
            Judgement::RateLimited { message, .. } | Judgement::Retry { message } => {
                Err(HttpError { status: Some(status), ..HttpError::new(HttpErrorKind::Server, message) })
            }
            Judgement::Refuse { kind, message, hint } => Err(HttpError { kind, status: Some(status), message, hint }),
        }
    }

    /// Requests sent, those repeated, and milliseconds waited so far.
    pub fn usage(&self) -> (u64, u64, u64) {
        let load = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        (load(&self.requests), load(&self.retries), load(&self.waited_ms))
    }
}
