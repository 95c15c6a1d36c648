//! Ctrl-C and SIGTERM end a query, not the output: what was begun is finished well-formed.

#[cfg(unix)]
use std::sync::{Mutex, PoisonError};

#[cfg(unix)]
use tokio::signal::unix::{Signal, SignalKind, signal};

/// The value of `future`, or `None` if the person interrupts it.
pub async fn unless_interrupted<F: Future>(future: F) -> Option<F::Output> {
    tokio::select! {
        // In this order, so that a signal is waited for before the future says its first word.
        biased;
        () = interrupted() => None,
        value = future => Some(value),
    }
}

/// The signals, as soon as somebody has waited for them once: what comes while nobody waits is told to the next who does.
#[cfg(unix)]
static SIGNALS: Mutex<Option<[Signal; 2]>> = Mutex::new(None);

/// The signals while somebody waits for them.
#[cfg(unix)]
struct Held(Option<[Signal; 2]>);

#[cfg(unix)]
impl Held {
    fn take() -> Self {
        let kept = SIGNALS.lock().unwrap_or_else(PoisonError::into_inner).take();
        Self(kept.or_else(|| Some([signal(SignalKind::interrupt()).ok()?, signal(SignalKind::terminate()).ok()?])))
    }
}

#[cfg(unix)]
impl Drop for Held {
    fn drop(&mut self) {
        *SIGNALS.lock().unwrap_or_else(PoisonError::into_inner) = self.0.take();
    }
}

#[cfg(unix)]
async fn interrupted() {
    let mut held = Held::take();
    let Some([interrupt, terminate]) = &mut held.0 else { return std::future::pending().await };
    tokio::select! {
        _ = interrupt.recv() => {},
        _ = terminate.recv() => {},
    }
}

#[cfg(not(unix))]
async fn interrupted() {
    if tokio::signal::ctrl_c().await.is_err() {
        std::future::pending::<()>().await;
    }
}

#[cfg(all(test, unix))]
mod tests {
    use std::process::Command;

    use super::*;

    #[test]
    fn a_signal_that_comes_while_nobody_waits_is_told_to_the_next_who_does() {
        // Other tests of this process must not be interrupted.
        let own = "cli::interrupt::tests::in_a_process_of_its_own";
        let ran = Command::new(std::env::current_exe().unwrap()).args(["--exact", own, "--ignored"]).output().unwrap();
        let said = String::from_utf8_lossy(&ran.stdout);
        assert!(ran.status.success() && said.contains("1 passed"), "{said}");
    }

    #[test]
    #[ignore = "run by the one above"]
    fn in_a_process_of_its_own() {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        assert_eq!(runtime.block_on(unless_interrupted(async { 1 })), Some(1));
        let sent = Command::new("kill").args(["-TERM", &std::process::id().to_string()]).status();
        assert!(sent.unwrap().success());
        assert_eq!(runtime.block_on(unless_interrupted(std::future::pending::<i32>())), None);
        assert_eq!(runtime.block_on(unless_interrupted(async { 2 })), Some(2), "it is told once");
    }
}
