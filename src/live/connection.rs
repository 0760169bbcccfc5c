//! Somebody who is connected, and the subscriptions of that connection.

use std::{
    collections::VecDeque,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use entity::SessionId;
use tokio::sync::{mpsc, watch};

use super::{Delivery, Hub, Position, Wanted};
use crate::{
    policy::Viewer,
    store::{
        StoreError,
        event::{self, Snapshot},
    },
};

/// Who is connected: a viewer, and the session of the token if it names one.
#[derive(Clone, Copy, Debug)]
pub struct Identity {
    /// Who.
    pub viewer: Viewer,
    /// By which session.
    pub session: Option<SessionId>,
}

/// What a connection has to heed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Signals {
    /// Grows whenever it has to be checked anew whether the person is let in.
    pub admission: u32,
    /// It takes events too slowly, and gets no more.
    pub slow: bool,
    /// The server stops: come back to another.
    pub restart: bool,
}

/// Why nobody is told from there on.
#[derive(Debug, thiserror::Error)]
pub enum CannotSubscribe {
    /// The database does not answer.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Too much was missed.
    #[error("too much was missed")]
    TooMuch,
}

/// A delivery that waits in a queue.
pub(super) struct Queued {
    delivery: Delivery,
    _taken: Taken,
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
        Self { delivery, _taken: Taken(Arc::clone(taken)) }
    }
}

/// Somebody who is connected. Cheap to clone; when the last copy is dropped, so is the connection.
#[derive(Clone)]
pub struct Connection(pub(super) Arc<Held>);

pub(super) struct Held {
    pub hub: Arc<Hub>,
    pub id: u32,
    pub identity: Identity,
    pub signals: watch::Receiver<Signals>,
}

impl Drop for Held {
    fn drop(&mut self) {
        let mut state = self.hub.state();
        state.forget_all_of(self.id);
        state.connections.remove(&self.id);
    }
}

impl Connection {
    /// Who it is.
    #[must_use]
    pub fn identity(&self) -> Identity {
        self.0.identity
    }

    /// What it has to heed.
    #[must_use]
    pub fn signals(&self) -> watch::Receiver<Signals> {
        self.0.signals.clone()
    }

    /// Waits for something: for all that happens from now on, and for what has happened behind `after`.
    pub async fn subscribe(&self, wanted: Wanted, after: Option<Position>) -> Result<Subscription, CannotSubscribe> {
        let hub = &self.0.hub;
        // The connection counts what is in it (see `Hub::deliver`).
        let (queue, arriving) = mpsc::unbounded_channel();
        let key = hub.state().add(wanted.clone(), self.0.id, queue);
        let (missed, begun) = (VecDeque::new(), None);
        let mut subscription = Subscription { key, missed, begun, arriving, connection: self.clone() };
        // Asked when events are put into the queue already, so that none falls between the two; those that are in both
        // are taken out of the queue.
        let here = event::here(&hub.db).await?;
        if let Some(after) = after {
            let missed = super::pump::missed(hub, &hub.db, self.identity(), wanted, after, &here.before).await?;
            subscription.missed = missed.ok_or(CannotSubscribe::TooMuch)?.into();
        }
        subscription.begun = Some(here.before);
        Ok(subscription)
    }
}

/// Something that somebody waits for, until this is dropped.
pub struct Subscription {
    key: u32,
    missed: VecDeque<Delivery>,
    /// What this shows had happened before.
    begun: Option<Snapshot>,
    arriving: mpsc::UnboundedReceiver<Queued>,
    connection: Connection,
}

impl Subscription {
    /// The next news; none any more, when the connection has to end (see [`Connection::signals`]).
    pub async fn next(&mut self) -> Option<Delivery> {
        if let Some(delivery) = self.missed.pop_front() {
            return Some(delivery);
        }
        loop {
            let queued = self.arriving.recv().await?;
            if self.begun.as_ref().is_none_or(|begun| !begun.shows(queued.delivery.xid)) {
                return Some(queued.delivery);
            }
        }
    }
}

impl Drop for Subscription {
    fn drop(&mut self) {
        self.connection.0.hub.state().forget(self.key);
    }
}
