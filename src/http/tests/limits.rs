//! Rate limits: told waits, patience, pacing before the refusal, and what several processes share.

use super::*;

const NOW: &str = "Sun, 22 Nov 2026 12:00:00 GMT";

fn seconds(seconds: &[u64]) -> Vec<Duration> {
    seconds.iter().map(|seconds| Duration::from_secs(*seconds)).collect()
}

/// A client whose waits are not spread.
fn exact(server: &Server) -> (Http, Arc<TestClock>) {
    let clock = TestClock::new(0.0);
    (Http::new(config(server.url(), &clock)).unwrap(), clock)
}

fn limited(remaining: u32, reset: u32) -> Act {
    let (remaining, reset) = (remaining.to_string(), reset.to_string());
    reply("200 OK", &[("x-limit", "3"), ("x-remaining", &remaining), ("x-reset", &reset)], "{}")
}

#[tokio::test]
async fn the_told_wait_is_kept() {
    let header = |name, value| reply("429 x", &[(name, value), ("date", NOW)], "{}");
    let cases = [
        (header("retry-after", "7"), 7),
        (header("Retry-After", "Sun, 22 Nov 2026 12:00:30 GMT"), 30),
        (reply("503 x", &[("retry-after", "9")], "{}"), 9),
    ];
    for (act, wait) in cases {
        let server = Server::acting(vec![act, ok()]).await;
        let (http, clock) = exact(&server);
        http.get("a", &[]).await.unwrap();
        assert_eq!(clock.sleeps(), seconds(&[wait]));
        assert_eq!(http.usage(), (2, 1, wait * 1000));
    }
}

#[tokio::test]
async fn refusals_are_no_retries() {
    let acts = [vec![reply("429 x", &[("retry-after", "10")], "{}"); 8], vec![ok()]].concat();
    let server = Server::acting(acts).await;
    let clock = TestClock::new(0.0);
    let http = Http::new(HttpConfig { max_retries: 0, ..config(server.url(), &clock) }).unwrap();
    http.get("a", &[]).await.unwrap();
    assert_eq!(clock.slept(), Duration::from_secs(80));
}

#[tokio::test]
async fn patience_ends_with_what_was_asked_for() {
    let server = Server::acting(vec![reply("429 x", &[("retry-after", "100")], r#"{"error":"slow down"}"#)]).await;
    let (http, clock) = exact(&server);
    let error = http.get("a", &[]).await.unwrap_err();
    assert_eq!((error.kind, error.status, server.hits()), (HttpErrorKind::RateLimited, Some(429), 2));
    assert!(error.message.contains("slow down") && error.message.contains("100s"), "{error}");
    assert!(error.hint.unwrap().contains("--max-wait"));
    assert_eq!(clock.sleeps(), seconds(&[100]));

    let server = Server::acting(vec![reply("429 x", &[("retry-after", "3600")], "{}")]).await;
    let (http, clock) = exact(&server);
    http.get("a", &[]).await.unwrap_err();
    assert_eq!((server.hits(), clock.sleeps().len()), (1, 0), "a wait beyond all patience is not begun");
}

#[tokio::test]
async fn a_server_that_always_says_at_once_is_not_asked_for_ever() {
    let server = Server::acting(vec![reply("429 x", &[("retry-after", "0")], "{}")]).await;
    let (http, _) = exact(&server);
    assert_eq!(http.get("a", &[]).await.unwrap_err().kind, HttpErrorKind::RateLimited);
    assert!(server.hits() < 40, "{}", server.hits());
    let server = Server::acting(vec![reply("429 x", &[], "Retry later")]).await;
    let (http, _) = exact(&server);
    assert_eq!(http.get("a", &[]).await.unwrap_err().kind, HttpErrorKind::RateLimited);
    assert!((3..40).contains(&server.hits()), "{}", server.hits());
}

#[tokio::test]
async fn those_who_wait_together_are_counted_once() {
    let acts = [vec![reply("429 x", &[("retry-after", "100")], "{}"); 4], vec![ok()]].concat();
    let server = Server::acting(acts).await;
    let (http, _) = exact(&server);
    let (a, b, c, d) = tokio::join!(http.get("a", &[]), http.get("a", &[]), http.get("a", &[]), http.get("b", &[]));
    for outcome in [a, b, c, d] {
        outcome.unwrap();
    }
    assert_eq!(http.usage().2, 100_000);
}

#[tokio::test]
async fn others_on_the_route_wait_as_well() {
    let server = Server::acting(vec![reply("429 x", &[("retry-after", "200")], "{}"), ok()]).await;
    let (http, clock) = exact(&server);
    assert!(http.get("contacts/1", &[]).await.is_err());
    assert_eq!(http.get("contacts/2", &[]).await.unwrap_err().kind, HttpErrorKind::RateLimited);
    assert_eq!(server.hits(), 1, "the second was not sent");
    http.get("labels", &[]).await.unwrap();
    assert_eq!(clock.sleeps().len(), 0);
}

#[tokio::test]
async fn nobody_runs_into_the_refusal() {
    // A window of 3 requests in 60 s, as the server counts.
    let clock = TestClock::new(0.0);
    let counted = Arc::new(Mutex::new((clock.now(), 0_u32)));
    let (server_clock, server_count) = (Arc::clone(&clock), Arc::clone(&counted));
    let server = Server::start(move |_, _| {
        let mut window = server_count.lock().unwrap();
        let now = server_clock.now();
        if now >= window.0 + Duration::from_mins(1) {
            *window = (now, 0);
        }
        window.1 += 1;
        assert!(window.1 <= 3, "a request too many");
        let left = window.0 + Duration::from_mins(1) - now;
        limited(3 - window.1, u32::try_from(left.get_seconds()).unwrap())
    })
    .await;
    let http = Http::new(HttpConfig { max_wait: Duration::from_hours(1), ..config(server.url(), &clock) }).unwrap();
    assert_eq!(http.budget("a"), None);
    for _ in 0..8 {
        http.get("a", &[]).await.unwrap();
    }
    assert_eq!(clock.sleeps(), seconds(&[60, 60]));
    assert_eq!(http.budget("a").unwrap().remaining, 1);
    // The first came alone; of those that come together, none is one too many.
    let all = futures_util::future::join_all((0..7).map(|_| http.get("a", &[]))).await;
    assert!(all.into_iter().all(|outcome| outcome.is_ok()));
    assert_eq!(http.usage().1, 0);
}

#[tokio::test]
async fn a_used_up_budget_beyond_patience_is_told_before_the_refusal() {
    let server = Server::acting(vec![limited(0, 300)]).await;
    let (http, clock) = exact(&server);
    http.get("a", &[]).await.unwrap();
    let error = http.get("a", &[]).await.unwrap_err();
    assert_eq!((error.kind, error.status, server.hits()), (HttpErrorKind::RateLimited, None, 1));
    assert!(error.message.contains("3 requests") && error.message.contains("5m"), "{error}");
    assert!(clock.sleeps().is_empty());
}

#[tokio::test]
async fn a_server_without_limit_is_not_paced() {
    let server = Server::acting(vec![limited(0, 60), ok()]).await;
    let (http, clock) = exact(&server);
    for _ in 0..5 {
        http.get("a", &[]).await.unwrap();
    }
    assert_eq!(clock.sleeps(), seconds(&[60]));
    assert_eq!(http.budget("a"), None);
}

#[tokio::test]
async fn processes_share_what_is_left() {
    let folder = tempfile::tempdir().unwrap();
    let state_dir = Some(folder.path().join("state/deep"));
    let server = Server::acting(vec![limited(1, 50), limited(0, 50), ok()]).await;
    let clock = TestClock::new(0.0);
    let open = || Http::new(HttpConfig { state_dir: state_dir.clone(), ..config(server.url(), &clock) }).unwrap();
    let (one, two) = (open(), open());
    one.get("a", &[]).await.unwrap();
    two.get("a", &[]).await.unwrap();
    assert!(clock.sleeps().is_empty());
    one.get("a", &[]).await.unwrap();
    assert_eq!(clock.sleeps(), seconds(&[50]), "the second client used what the first had left");

    let other =
        HttpConfig { auth: Auth::Bearer("other".into()), state_dir: state_dir.clone(), ..config(server.url(), &clock) };
    Http::new(other).unwrap().get("a", &[]).await.unwrap();
    assert_eq!(clock.sleeps().len(), 1, "another account has a limit of its own");

    let file = std::fs::read_dir(state_dir.as_ref().unwrap()).unwrap().next().unwrap().unwrap();
    let text = format!("{:?} {}", file.path(), std::fs::read_to_string(file.path()).unwrap());
    assert!(text.contains("/a") && !text.contains("canary"), "{text}");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(file.metadata().unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(std::fs::metadata(state_dir.as_ref().unwrap()).unwrap().permissions().mode() & 0o777, 0o700);
    }
    std::fs::write(file.path(), b"\xff\xfe 1 2 3\n-1 x\n99 0 999999999999999999 5 /a\n").unwrap();
    open().get("a", &[]).await.unwrap();
    assert_eq!(clock.sleeps().len(), 1, "a damaged file is as good as none");
}

#[tokio::test]
async fn without_a_limit_there_is_no_file() {
    let folder = tempfile::tempdir().unwrap();
    let folders = folder.path().join("state");
    let state_dir = Some(folders.clone());
    let server = Server::acting(vec![ok()]).await;
    let clock = TestClock::new(0.0);
    Http::new(HttpConfig { state_dir, ..config(server.url(), &clock) }).unwrap().get("a", &[]).await.unwrap();
    assert!(!folders.exists());
    let blocked = Some(folder.path().join("file/state"));
    std::fs::write(folder.path().join("file"), "").unwrap();
    let server = Server::acting(vec![limited(2, 60)]).await;
    let http = Http::new(HttpConfig { state_dir: blocked, ..config(server.url(), &clock) }).unwrap();
    http.get("a", &[]).await.unwrap();
}
