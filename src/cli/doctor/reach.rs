//! The way to a server, as far as it can be seen from here: its name, its addresses, a connection.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use tokio::net::{TcpStream, lookup_host};
use tokio::time::timeout;
use url::{Host, Url};

use crate::config::{Env, Profile, is_loopback};

use super::super::failure::FailureKind;
use super::check::Check;

/// A name or an address that does not answer within this time is given up.
const PATIENCE: Duration = Duration::from_secs(5);

/// The environment's variables that name proxies, or hosts without one.
pub const PROXY_VARIABLES: [&str; 8] =
    ["HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy", "NO_PROXY", "no_proxy"];

/// Looks up the host and connects to it; whether requests make sense.
pub async fn examine(profile: &Profile, env: &Env, checks: &mut Vec<Check>) -> bool {
    let url = &profile.base_url;
    if !is_loopback(url) && PROXY_VARIABLES[..6].iter().any(|name| env.os(name).is_some()) {
        checks.push(Check::skip("dns", "left to the proxy"));
        return true;
    }
    let Some(addresses) = addresses(url, checks).await else { return false };
    connects(&addresses, profile.timeout.min(PATIENCE), checks).await
}

async fn addresses(url: &Url, checks: &mut Vec<Check>) -> Option<Vec<SocketAddr>> {
    let port = url.port_or_known_default().unwrap_or(443);
    let name = match url.host()? {
        Host::Ipv4(address) => return Some(literal(SocketAddr::from((address, port)), checks)),
        Host::Ipv6(address) => return Some(literal(SocketAddr::from((address, port)), checks)),
        Host::Domain(name) => name,
    };
    let begun = Instant::now();
    let looked_up = timeout(PATIENCE, lookup_host((name, port))).await;
    let wrong = match looked_up {
        Ok(Ok(found)) => {
            let found: Vec<SocketAddr> = found.collect();
            if let Some(first) = found.first() {
                let others = match found.len() - 1 {
                    0 => String::new(),
                    others => format!(" and {others} more"),
                };
                let check = Check::ok("dns", format!("{name} is {}{others}", first.ip()));
                checks.push(check.took(begun.elapsed()));
                return Some(found);
            }
            "it has no address".to_owned()
        }
        Ok(Err(error)) => error.to_string(),
        Err(_) => format!("no answer within {} s", PATIENCE.as_secs()),
    };
    let check = Check::fail("dns", FailureKind::Network, format!("`{name}` cannot be found: {wrong}"));
    checks.push(check.took(begun.elapsed()).hint("check the host in `base_url`, and this machine's network"));
    None
}

fn literal(address: SocketAddr, checks: &mut Vec<Check>) -> Vec<SocketAddr> {
    checks.push(Check::ok("dns", format!("{} is an address already", address.ip())));
    vec![address]
}

async fn connects(addresses: &[SocketAddr], patience: Duration, checks: &mut Vec<Check>) -> bool {
    let begun = Instant::now();
    let mut wrong = String::new();
    for address in addresses.iter().take(4) {
        match timeout(patience, TcpStream::connect(address)).await {
            Ok(Ok(_)) => {
                checks.push(Check::ok("reachability", format!("connected to {address}")).took(begun.elapsed()));
                return true;
            }
            Ok(Err(error)) => wrong = format!("{address}: {error}"),
            Err(_) => wrong = format!("{address}: no answer within {} s", patience.as_secs()),
        }
    }
    let check = Check::fail("reachability", FailureKind::Network, format!("no connection: {wrong}"));
    checks.push(
        check
            .took(begun.elapsed())
            .hint("check host and port in `base_url`; is the server up, is a firewall in the way?"),
    );
    false
}
