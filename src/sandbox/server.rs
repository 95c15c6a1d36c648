//! The sockets: accepts on loopback, reads a request, lets the world answer it, and sends that, or what a fault leaves of it.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use http_body_util::BodyExt;
use hyper::body::{Bytes, Incoming};
use hyper::header::HeaderValue;
use hyper::service::service_fn;
use hyper::{HeaderMap, Request, Response, StatusCode};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinHandle;

use super::exchange::{Answer, Ask, Totals};
use super::fault::{Fault, FaultKind};
use super::profiles::{DemoProfile, config_toml, profiles};
use super::spoil::{Delivery, spoil};
use super::wire::{ReplyBody, Socket};
use super::{Churn, SandboxOptions, Settings, Vendor, World};

/// A sandbox that is running on the current runtime, until it is stopped or dropped.
pub struct Sandbox {
    /// Where it listens.
    pub addr: SocketAddr,
    service: Arc<Service>,
    stop: watch::Sender<bool>,
    accepting: JoinHandle<()>,
}

/// What every connection shares.
struct Service {
    world: World,
    settings: Settings,
    latency: Duration,
    faults: Vec<Fault>,
    churn: Option<Churn>,
}

/// Starts a sandbox on loopback.
pub async fn start(options: SandboxOptions) -> io::Result<Sandbox> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, options.port)).await?;
    let addr = listener.local_addr()?;
    let world = World::new(&options);
    let SandboxOptions { settings, latency, faults, churn, .. } = options;
    let service = Arc::new(Service { world, settings, latency, faults, churn });
    let (stop, stopped) = watch::channel(false);
    let accepting = tokio::spawn(accept(listener, Arc::clone(&service), stopped));
    Ok(Sandbox { addr, service, stop, accepting })
}

impl Sandbox {
    /// A configuration file with the profiles of this sandbox.
    pub fn config_toml(&self) -> String {
        config_toml(&self.profiles())
    }

    /// The profiles of this sandbox.
    pub fn profiles(&self) -> Vec<DemoProfile> {
        profiles(self.addr, self.service.settings)
    }

    /// What it holds: the request log, and the levers for tests.
    pub fn world(&self) -> &World {
        &self.service.world
    }

    /// Stops listening and closes every connection.
    pub async fn stop(self) {
        self.stop.send_replace(true);
        // Nothing else can be done about an accept loop that panicked.
        _ = self.accepting.await;
    }
}

async fn accept(listener: TcpListener, service: Arc<Service>, mut stopped: watch::Receiver<bool>) {
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            // Also when the sandbox was dropped.
            _ = stopped.changed() => return,
        };
        match accepted {
            Ok((stream, _)) => _ = tokio::spawn(converse(stream, Arc::clone(&service), stopped.clone())),
            // Out of file descriptors, most likely: give the others time to end.
            Err(_) => tokio::time::sleep(Duration::from_millis(20)).await,
        }
    }
}

async fn converse(stream: TcpStream, service: Arc<Service>, mut stopped: watch::Receiver<bool>) {
    // Answers are written whole; waiting for more would only delay them.
    _ = stream.set_nodelay(true);
    let doomed = Arc::new(AtomicBool::new(false));
    let socket = TokioIo::new(Socket::new(stream, Arc::clone(&doomed)));
    let respond = service_fn(|request| respond(&service, &doomed, request));
    let connection =
        hyper::server::conn::http1::Builder::new().timer(TokioTimer::new()).serve_connection(socket, respond);
    tokio::select! {
        // A client that hangs up is no error.
        _ = connection => {}
        _ = stopped.changed() => {}
    }
}

async fn respond(
    service: &Service,
    doomed: &AtomicBool,
    request: Request<Incoming>,
) -> io::Result<Response<ReplyBody>> {
    let (parts, body) = request.into_parts();
    if parts.method != hyper::Method::GET {
        // A body that is left unread would spoil the connection.
        _ = body.collect().await;
    }
    let method = parts.method.as_str();
    let (path, query) = (parts.uri.path(), parts.uri.query().unwrap_or_default());
    let prefix = path.split('/').nth(1).unwrap_or_default();
    let Ok(vendor) = prefix.parse::<Vendor>() else {
        let served = "the sandbox serves /rocketchat, /livedesk, /chatbotx and /chatwoot\n";
        return Ok(response(Answer::plain(404, served), Delivery::Whole, service.world.now()));
    };
    let path = &path[1 + prefix.len()..];
    let note = service.world.note(vendor, method, path, query);
    if let Some(churn) = &service.churn {
        churn.stir(&service.world, vendor, note.number);
    }
    service.world.hook(&note);
    let faults: Vec<&FaultKind> =
        service.faults.iter().filter_map(|fault| fault.strikes(vendor, note.number)).collect();
    let slow = faults.iter().map(|kind| if let FaultKind::Slow(more) = kind { *more } else { Duration::ZERO });
    let delay = service.latency + slow.sum::<Duration>();
    if !delay.is_zero() {
        tokio::time::sleep(delay).await;
    }
    let (answer, delivery) =
        answered(service, vendor, &Heard { method, path, query, headers: &parts.headers }, &faults);
    match delivery {
        Delivery::Reset => {
            doomed.store(true, Ordering::Relaxed);
            Err(io::ErrorKind::ConnectionReset.into())
        }
        Delivery::Never => std::future::pending().await,
        delivery => Ok(response(answer, delivery, service.world.now())),
    }
}

/// A request as it was heard.
struct Heard<'a> {
    method: &'a str,
    path: &'a str,
    query: &'a str,
    headers: &'a HeaderMap,
}

fn answered(service: &Service, vendor: Vendor, heard: &Heard<'_>, faults: &[&FaultKind]) -> (Answer, Delivery) {
    let lies = faults.contains(&&FaultKind::LieTotal);
    let first_page = faults.contains(&&FaultKind::IgnorePage).then(|| without_page(heard.query));
    let now = service.world.now();
    let ask = Ask {
        method: heard.method,
        path: heard.path,
        query: first_page.as_deref().unwrap_or(heard.query),
        headers: heard.headers,
        now,
        totals: if lies { Totals::Halved } else { Totals::True },
    };
    let answer = service.world.answer(vendor, &ask);
    let mark = if heard.query.is_empty() { "" } else { "?" };
    let location = format!("/{vendor}{}{mark}{}", heard.path, heard.query);
    faults.iter().fold((answer, Delivery::Whole), |(answer, delivery), kind| {
        let (answer, next) = spoil(kind, vendor, service.settings, now, &location, answer);
        (answer, if next == Delivery::Whole { delivery } else { next })
    })
}

/// The query without what chooses the page.
fn without_page(query: &str) -> String {
    let chooses = |pair: &&str| !pair.starts_with("page=") && !pair.starts_with("offset=");
    query.split('&').filter(chooses).collect::<Vec<_>>().join("&")
}

fn response(answer: Answer, delivery: Delivery, now: i64) -> Response<ReplyBody> {
    let bytes = Bytes::from(answer.body);
    let length = bytes.len();
    let mut response = Response::new(match delivery {
        Delivery::Half => ReplyBody::Cut(bytes.slice(..length / 2)),
        Delivery::Drip(pause) => ReplyBody::drip(bytes, pause),
        Delivery::Endless(more) => ReplyBody::Endless(bytes, more),
        Delivery::Whole | Delivery::Reset | Delivery::Never => ReplyBody::Whole(bytes),
    });
    *response.status_mut() = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let date = jiff::Timestamp::from_millisecond(now).unwrap_or_default();
    let date = jiff::fmt::rfc2822::DateTimePrinter::new().timestamp_to_rfc9110_string(&date);
    let announced = (delivery == Delivery::Half).then(|| ("content-length", length.to_string()));
    let headers = answer.headers.into_iter().chain(date.ok().map(|date| ("date", date))).chain(announced);
    for (name, value) in headers {
        if let Ok(value) = HeaderValue::from_maybe_shared(Bytes::from(value)) {
            response.headers_mut().append(name, value);
        }
    }
    response
}
