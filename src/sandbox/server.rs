//! The sockets: accepts on loopback, reads a request, lets the world answer it.

use std::convert::Infallible;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use http_body_util::{BodyExt, Full};
use hyper::body::{Bytes, Incoming};
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinHandle;

use super::exchange::{Answer, Ask, Totals};
use super::profiles::{DemoProfile, config_toml, profiles};
use super::{SandboxOptions, Settings, Vendor, World};

/// A sandbox that is running on the current runtime, until it is stopped or dropped.
pub struct Sandbox {
    /// Where it listens.
    pub addr: SocketAddr,
    world: World,
    settings: Settings,
    stop: watch::Sender<bool>,
    accepting: JoinHandle<()>,
}

/// Starts a sandbox on loopback.
pub async fn start(options: SandboxOptions) -> io::Result<Sandbox> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, options.port)).await?;
    let addr = listener.local_addr()?;
    let world = World::new(&options);
    let (stop, stopped) = watch::channel(false);
    let latency = options.latency;
    let accepting = tokio::spawn(accept(listener, world.clone(), latency, stopped));
    Ok(Sandbox { addr, world, settings: options.settings, stop, accepting })
}

impl Sandbox {
    /// A configuration file with the profiles of this sandbox.
    pub fn config_toml(&self) -> String {
        config_toml(&self.profiles())
    }

    /// The profiles of this sandbox.
    pub fn profiles(&self) -> Vec<DemoProfile> {
        profiles(self.addr, &self.settings)
    }

    /// What it holds: the request log, and the levers for tests.
    pub fn world(&self) -> &World {
        &self.world
    }

    /// Stops listening and closes every connection.
    pub async fn stop(self) {
        self.stop.send_replace(true);
        // Nothing else can be done about an accept loop that panicked.
        _ = self.accepting.await;
    }
}

async fn accept(listener: TcpListener, world: World, latency: Duration, mut stopped: watch::Receiver<bool>) {
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            _ = stopped.changed() => return,
        };
        match accepted {
            Ok((stream, _)) => _ = tokio::spawn(converse(stream, world.clone(), latency, stopped.clone())),
            // Out of file descriptors, most likely: give the others time to end.
            Err(_) => tokio::time::sleep(Duration::from_millis(20)).await,
        }
    }
}

async fn converse(stream: TcpStream, world: World, latency: Duration, mut stopped: watch::Receiver<bool>) {
    // Answers are written whole; waiting for more would only delay them.
    _ = stream.set_nodelay(true);
    let service = service_fn(|request| respond(&world, latency, request));
    let connection = hyper::server::conn::http1::Builder::new()
        .timer(TokioTimer::new())
        .serve_connection(TokioIo::new(stream), service);
    tokio::select! {
        // A client that hangs up is no error.
        _ = connection => {}
        _ = stopped.changed() => {}
    }
}

async fn respond(
    world: &World,
    latency: Duration,
    request: Request<Incoming>,
) -> Result<Response<Full<Bytes>>, Infallible> {
    let (parts, body) = request.into_parts();
    if parts.method != hyper::Method::GET {
        // A body that is left unread would spoil the connection.
        _ = body.collect().await;
    }
    if !latency.is_zero() {
        tokio::time::sleep(latency).await;
    }
    let path = parts.uri.path();
    let (prefix, _) = path.trim_start_matches('/').split_once('/').unwrap_or((path.trim_start_matches('/'), ""));
    let Ok(vendor) = prefix.parse::<Vendor>() else {
        return Ok(response(
            Answer::plain(404, "the sandbox serves /rocketchat, /livedesk, /chatbotx and /chatwoot\n"),
            0,
        ));
    };
    let path = &path[1 + prefix.len()..];
    let query = parts.uri.query().unwrap_or_default();
    world.note(vendor, parts.method.as_str(), path, query);
    let now = world.now();
    let ask = Ask { method: parts.method.as_str(), path, query, headers: &parts.headers, now, totals: Totals::True };
    Ok(response(world.answer(vendor, &ask), now))
}

fn response(answer: Answer, now: i64) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(Bytes::from(answer.body)));
    *response.status_mut() = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let date = jiff::Timestamp::from_millisecond(now).unwrap_or_default();
    let date = jiff::fmt::rfc2822::DateTimePrinter::new().timestamp_to_rfc9110_string(&date);
    let headers = answer.headers.into_iter().chain(date.ok().map(|date| ("date", date)));
    for (name, value) in headers {
        if let Ok(value) = hyper::header::HeaderValue::from_maybe_shared(Bytes::from(value)) {
            response.headers_mut().append(name, value);
        }
    }
    response
}
