//! Ctrl-C and SIGTERM end a query, not the output: what was begun is finished well-formed.

/// The value of `future`, or `None` if the person interrupts it.
pub async fn unless_interrupted<F: Future>(future: F) -> Option<F::Output> {
    tokio::select! {
        // In this order, so that a signal is waited for before the future says its first word.
        biased;
        () = interrupted() => None,
        value = future => Some(value),
    }
}

#[cfg(unix)]
async fn interrupted() {
    use tokio::signal::unix::{SignalKind, signal};
    let Ok(mut terminate) = signal(SignalKind::terminate()) else { return std::future::pending().await };
    tokio::select! {
        result = tokio::signal::ctrl_c() => if result.is_err() { std::future::pending().await },
        _ = terminate.recv() => {},
    }
}

#[cfg(not(unix))]
async fn interrupted() {
    if tokio::signal::ctrl_c().await.is_err() {
        std::future::pending::<()>().await;
    }
}
