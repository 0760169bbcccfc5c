//! Something that somebody waits for, and what waits for him to take it.

use std::{
    collections::VecDeque,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use tokio::{
    sync::mpsc,
    time::{Instant, sleep},
};

use super::{Connection, Delivery, connection::Turn, pump};
use crate::store::{StoreError, event::Snapshot, geo::Watch};

/// How long it holds that somebody may know something. What waits for longer, for a client that reads slowly, is asked for
/// again before it is told.
const HOLDS: Duration = Duration::from_secs(1);
/// How much of what waits is asked for at once.
const AT_ONCE: usize = 50;
/// How long to wait before the database is asked again, and how long in all.
const RETRY: Duration = Duration::from_millis(500);
const PATIENCE: Duration = Duration::from_secs(10);

/// A delivery that waits in a queue.
pub(super) struct Queued {
    delivery: Delivery,
    _taken: Option<Taken>,
}

/// A place in the queues of a connection, which counts it until it is free again.
struct Taken(Arc<AtomicUsize>);

impl Drop for Taken {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Queued {
    /// Takes a place among those that `taken` counts.
    pub fn new(delivery: Delivery, taken: &Arc<AtomicUsize>) -> Self {
        taken.fetch_add(1, Ordering::Relaxed);
        Self { delivery, _taken: Some(Taken(Arc::clone(taken))) }
    }
}

/// Something that somebody waits for, until this is dropped.
pub struct Subscription {
    connection: Connection,
    key: u32,
    watch: Option<Arc<Watch>>,
    /// What this shows had happened before.
    begun: Option<Snapshot>,
    arriving: mpsc::UnboundedReceiver<Queued>,
    waiting: VecDeque<Queued>,
    /// As long as the last of the news is being told.
    turn: Option<Turn>,
}

impl Subscription {
    pub(super) fn new(
        connection: Connection,
        key: u32,
        watch: Option<Arc<Watch>>,
        arriving: mpsc::UnboundedReceiver<Queued>,
    ) -> Self {
        Self { connection, key, watch, begun: None, arriving, waiting: VecDeque::new(), turn: None }
    }

    /// What has happened before it begins, and is told first.
    pub(super) fn has_missed(&mut self, missed: Vec<Delivery>) {
        self.waiting = missed.into_iter().map(|delivery| Queued { delivery, _taken: None }).collect();
    }

    /// What this shows, whoever waits has been told.
    pub(super) fn begins(&mut self, here: Snapshot) {
        self.begun = Some(here);
    }

    /// The next news, which the connection tells before it takes anything else; none any more, when it has to end (see
    /// [`Connection::signals`]). To be asked for when the last is told.
    pub async fn next(&mut self) -> Option<Delivery> {
        // Others may have something to tell as well.
        self.turn = None;
        loop {
            match self.waiting.front() {
                None => {
                    self.turn = None;
                    let arrived = self.arriving.recv().await?;
                    self.add(arrived);
                }
                Some(_) if self.turn.is_none() => self.turn = Some(self.connection.next_turn().await?),
                // However long it took to ask: the first of what is left is told.
                Some(first) if first.delivery.judged.elapsed() > HOLDS => {
                    if self.judge_again().await? {
                        return self.take();
                    }
                }
                Some(_) => return self.take(),
            }
        }
    }

    fn take(&mut self) -> Option<Delivery> {
        self.waiting.pop_front().map(|queued| queued.delivery)
    }

    fn add(&mut self, arrived: Queued) {
        if self.begun.as_ref().is_none_or(|begun| !begun.shows(arrived.delivery.event.xid)) {
            self.waiting.push_back(arrived);
        }
    }

    /// Asks anew for the first of what waits. Says whether any of it is left; none, when it cannot be asked for.
    async fn judge_again(&mut self) -> Option<bool> {
        while self.waiting.len() < AT_ONCE
            && let Ok(arrived) = self.arriving.try_recv()
        {
            self.add(arrived);
        }
        let (hub, identity, begun) = (&self.connection.0.hub, self.connection.identity(), Instant::now());
        let mut first: Vec<_> = self.waiting.iter().take(AT_ONCE).map(|queued| &queued.delivery).collect();
        let judged = loop {
            match pump::judged_again(hub, identity, self.watch.as_ref(), &first).await {
                Ok(judged) => break judged,
                // One of them, perhaps.
                Err(StoreError::Failed(_)) if first.len() > 1 => first.truncate(1),
                // The database is away, or something stands in the way.
                Err(StoreError::Unavailable(_) | StoreError::Timeout(_) | StoreError::Conflict(_))
                    if begun.elapsed() < PATIENCE =>
                {
                    sleep(RETRY).await;
                }
                Err(cause) => {
                    tracing::error!(%cause, "an event cannot be delivered to a subscriber");
                    hub.give_up(self.key);
                    return None;
                }
            }
        };
        let behind = self.waiting.split_off(judged.len());
        let asked = std::mem::replace(&mut self.waiting, behind).into_iter().zip(judged);
        let left: Vec<_> =
            asked.filter_map(|(queued, delivery)| Some(Queued { delivery: delivery?, ..queued })).collect();
        let is_any_left = !left.is_empty();
        for queued in left.into_iter().rev() {
            self.waiting.push_front(queued);
        }
        Some(is_any_left)
    }
}

impl Drop for Subscription {
    fn drop(&mut self) {
        self.connection.0.hub.state().forget(self.key);
    }
}
