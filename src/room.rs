//! Room in memory for what requests bring.
//!
//! Who has many requests under way gives each of them room in the order in which it needs their replies. Where all come at the
//! same moment, those without room wait in the system's buffers: what a walk holds does not grow with its concurrency.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Notify;

/// A reply is taken in after so long though nobody gave room: an older one that hangs is not waited for until the time-out.
const PATIENCE: Duration = Duration::from_secs(1);

tokio::task_local! {
    static MINE: Room;
}

/// Room for what one page needs.
#[derive(Clone, Debug, Default)]
pub struct Room(Arc<Notify>);

impl Room {
    /// There is room.
    pub fn give(&self) {
        self.0.notify_one();
    }

    /// Runs `work`, whose replies wait for this room.
    pub async fn with<F: Future>(self, work: F) -> F::Output {
        MINE.scope(self, work).await
    }

    /// Waits for the room that the work around it was given; nothing is waited for outside of [`Room::with`].
    pub async fn come() {
        let Ok(room) = MINE.try_with(Clone::clone) else { return };
        // Who has waited long enough goes on as well.
        let _ = tokio::time::timeout(PATIENCE, room.0.notified()).await;
        // The same work may send more requests.
        room.give();
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;

    use super::*;

    #[tokio::test]
    async fn replies_wait_for_the_room_of_their_own_work() {
        assert!(Room::come().now_or_never().is_some(), "who was given none to wait for waits for none");
        let room = Room::default();
        assert!(room.clone().with(Room::come()).now_or_never().is_none());
        room.give();
        let twice = async {
            Room::come().await;
            Room::come().await;
        };
        assert!(room.clone().with(twice).now_or_never().is_some());
        assert!(Room::default().with(Room::come()).now_or_never().is_none());
    }
}
