//! Connections: sockets, TLS, proxies, and the pool that keeps them open.
//!
//! `hyper-util`'s client is used as it is and not through a larger library, because that is the only way to say how much of
//! a reply one connection may hold unread. An export asks many pages at once, and unbounded read buffers were most of its
//! memory.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use futures_util::future::BoxFuture;
use http_body_util::Empty;
use hyper::body::Incoming;
use hyper::header::{HeaderMap, HeaderValue, PROXY_AUTHORIZATION};
use hyper::rt::{Read, ReadBufCursor, Write};
use hyper::{Request, Response, Uri};
use hyper_rustls::HttpsConnector;
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::proxy::{SocksV4, SocksV5, Tunnel};
use hyper_util::client::legacy::connect::{Connected, Connection, HttpConnector};
use hyper_util::client::proxy::matcher::{Intercept, Matcher};
use hyper_util::rt::{TokioExecutor, TokioTimer};
use rustls::ClientConfig;
use tower_service::Service;
use url::Url;

use super::{HttpConfig, HttpError, Proxies, tls};

/// Bytes that a connection reads ahead at most. A reply's head must fit in.
const READ_AHEAD: usize = 32 << 10;
/// Bytes of one reply, and of all replies of a connection, that a server may send ahead over HTTP/2.
const STREAM_AHEAD: u32 = 256 << 10;
const CONNECTION_AHEAD: u32 = 2 << 20;
/// After which an unused connection is asked whether it still lives.
const KEEP_ALIVE: Duration = Duration::from_secs(15);

type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// The connections of one profile.
pub(super) struct Wire {
    client: Client<Connector, Empty<Bytes>>,
    proxies: Arc<Matcher>,
}

impl Wire {
    /// Connects to nothing yet.
    pub fn new(config: &HttpConfig) -> Result<Self, HttpError> {
        let tls = tls::client_config(config.ca_file.as_deref(), &config.network)?;
        // A proxy is asked in HTTP/1.1.
        let mut tls_to_proxy = tls.clone();
        tls_to_proxy.alpn_protocols.clear();
        let proxies = Arc::new(match &config.network.proxies {
            Proxies::None => Matcher::builder().build(),
            Proxies::System => Matcher::from_system(),
            Proxies::One(url) => Matcher::builder().all(url.as_str()).build(),
        });
        let mut tcp = HttpConnector::new();
        tcp.enforce_http(false);
        tcp.set_nodelay(true);
        tcp.set_keepalive(Some(KEEP_ALIVE));
        let connector =
            Connector { tcp, tls: Arc::new(tls), tls_to_proxy: Arc::new(tls_to_proxy), proxies: Arc::clone(&proxies) };
        let client = Client::builder(TokioExecutor::new())
            .timer(TokioTimer::new())
            .pool_timer(TokioTimer::new())
            .http1_max_buf_size(READ_AHEAD)
            .http2_initial_stream_window_size(STREAM_AHEAD)
            .http2_initial_connection_window_size(CONNECTION_AHEAD)
            .build(connector);
        Ok(Self { client, proxies })
    }

    /// GETs `url` with `headers`; answers when the reply's head is there.
    pub async fn get(&self, url: &Url, headers: &HeaderMap) -> Result<Response<Incoming>, BoxError> {
        let to: Uri = url.as_str().parse()?;
        let mut request = Request::get(to).body(Empty::new())?;
        request.headers_mut().clone_from(headers);
        if url.scheme() == "http"
            && let Some(auth) = self.proxies.intercept(request.uri()).as_ref().and_then(Intercept::basic_auth)
        {
            request.headers_mut().insert(PROXY_AUTHORIZATION, auth.clone());
        }
        Ok(self.client.request(request).await?)
    }
}

/// Makes connections, through a proxy where one is to be used.
#[derive(Clone)]
struct Connector {
    tcp: HttpConnector,
    tls: Arc<ClientConfig>,
    tls_to_proxy: Arc<ClientConfig>,
    proxies: Arc<Matcher>,
}

impl Connector {
    async fn connect(self, to: Uri) -> Result<Line, BoxError> {
        match self.proxies.intercept(&to) {
            None => Line::over(HttpsConnector::from((self.tcp, self.tls)), to).await,
            Some(proxy) => {
                let named = named(proxy.uri());
                self.by_proxy(&proxy, to).await.map_err(|cause| ProxyError { proxy: named, cause }.into())
            }
        }
    }

    async fn by_proxy(self, proxy: &Intercept, to: Uri) -> Result<Line, BoxError> {
        let (by, to) = (proxy.uri().clone(), with_port(to)?);
        match by.scheme_str() {
            Some(scheme @ ("socks4" | "socks4a")) => {
                let through = SocksV4::new(by.clone(), self.tcp).local_dns(scheme == "socks4");
                Line::over(HttpsConnector::from((through, self.tls)), to).await
            }
            Some(scheme @ ("socks5" | "socks5h")) => {
                let mut through = SocksV5::new(by.clone(), self.tcp).local_dns(scheme == "socks5");
                if let Some((user, password)) = proxy.raw_auth() {
                    through = through.with_auth(user.to_owned(), password.to_owned());
                }
                Line::over(HttpsConnector::from((through, self.tls)), to).await
            }
            _ => {
                let proxy_line = HttpsConnector::from((self.tcp, self.tls_to_proxy));
                if to.scheme_str() != Some("https") {
                    return Ok(Line { proxied: true, ..Line::over(proxy_line, by).await? });
                }
                let mut tunnel = Tunnel::new(by, proxy_line);
                if let Some(auth) = proxy.basic_auth() {
                    tunnel = tunnel.with_auth(auth.clone());
                }
                let agent = HeaderValue::from_static(super::USER_AGENT);
                let tunnel = tunnel.with_headers(HeaderMap::from_iter([(hyper::header::USER_AGENT, agent)]));
                Line::over(HttpsConnector::from((tunnel, self.tls)), to).await
            }
        }
    }
}

impl Service<Uri> for Connector {
    type Response = Line;
    type Error = BoxError;
    type Future = BoxFuture<'static, Result<Line, BoxError>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, to: Uri) -> Self::Future {
        Box::pin(self.clone().connect(to))
    }
}

/// A proxy did not lead to where it was to.
#[derive(Debug, thiserror::Error)]
#[error("the proxy {proxy} failed")]
pub(super) struct ProxyError {
    /// Its scheme, host and port.
    pub proxy: String,
    #[source]
    cause: BoxError,
}

/// `to` with its port told: a proxy would take a URL without one for 443.
fn with_port(to: Uri) -> Result<Uri, BoxError> {
    let (Some(host), None, Some("http")) = (to.host(), to.port(), to.scheme_str()) else { return Ok(to) };
    let authority = format!("{host}:80");
    let mut parts = to.into_parts();
    parts.authority = Some(authority.parse()?);
    Ok(Uri::from_parts(parts)?)
}

/// A proxy's place, without the credentials that the settings may hold.
fn named(proxy: &Uri) -> String {
    let host = proxy.host().unwrap_or_default();
    let scheme = proxy.scheme_str().unwrap_or("http");
    proxy.port_u16().map_or_else(|| format!("{scheme}://{host}"), |port| format!("{scheme}://{host}:{port}"))
}

trait Stream: Read + Write + Connection + Send + Unpin {}
impl<T: Read + Write + Connection + Send + Unpin> Stream for T {}

/// An open connection.
struct Line {
    stream: Box<dyn Stream>,
    /// Whether a proxy reads the requests itself, and so wants to know the whole URL.
    proxied: bool,
}

impl Line {
    async fn over<C>(mut connector: C, to: Uri) -> Result<Self, BoxError>
    where
        C: Service<Uri, Error = BoxError>,
        C::Response: Stream + 'static,
    {
        std::future::poll_fn(|context| connector.poll_ready(context)).await?;
        Ok(Self { stream: Box::new(connector.call(to).await?), proxied: false })
    }
}

impl Connection for Line {
    fn connected(&self) -> Connected {
        self.stream.connected().proxy(self.proxied)
    }
}

impl Read for Line {
    fn poll_read(mut self: Pin<&mut Self>, context: &mut Context<'_>, into: ReadBufCursor<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, into)
    }
}

impl Write for Line {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(context, slices)
    }
}
