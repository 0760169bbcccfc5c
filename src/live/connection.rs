//! Somebody who is connected, and the subscriptions of that connection.

use std::sync::{Arc, atomic::Ordering};

use entity::SessionId;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc, watch};

use super::{Hub, Position, Subscription, Wanted};
use crate::{
    policy::Viewer,
    store::{StoreError, event},
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

/// Somebody who is connected. Cheap to clone; when the last copy is dropped, so is the connection.
#[derive(Clone)]
pub struct Connection(pub(super) Arc<Held>);

pub(super) struct Held {
    pub hub: Arc<Hub>,
    pub id: u32,
    pub identity: Identity,
    pub signals: watch::Receiver<Signals>,
    /// Whose turn it is to tell something.
    pub turn: Arc<Semaphore>,
}

/// The turn to tell something, until this is dropped.
pub struct Turn(#[expect(dead_code, reason = "it is given back when it is dropped")] OwnedSemaphorePermit);

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

    /// That an operation is about to begin.
    #[must_use]
    pub fn beginning(&self) -> Beginning {
        self.0.hub.beginning.fetch_add(1, Ordering::SeqCst);
        Beginning(Arc::clone(&self.0.hub))
    }

    /// The turn to tell something, unless an event is being told: as long as something else is written, events wait in
    /// their queues, and those that wait for long are judged again.
    #[must_use]
    pub fn turn(&self) -> Option<Turn> {
        Arc::clone(&self.0.turn).try_acquire_owned().ok().map(Turn)
    }

    /// The turn to tell an event. One at a time is taken from the queues of a connection, so that no more than that has been
    /// judged and is not written yet.
    pub(super) async fn next_turn(&self) -> Option<Turn> {
        Arc::clone(&self.0.turn).acquire_owned().await.ok().map(Turn)
    }

    /// Waits for something: for all that happens from now on, and for what has happened behind `after`.
    pub async fn subscribe(&self, wanted: Wanted, after: Option<Position>) -> Result<Subscription, CannotSubscribe> {
        let hub = &self.0.hub;
        // The connection counts what is in it (see `Hub::deliver`).
        let (queue, arriving) = mpsc::unbounded_channel();
        let (key, watch) = hub.state().add(wanted.clone(), self.0.id, queue);
        let mut subscription = Subscription::new(self.clone(), key, watch, arriving);
        // Asked when events are put into the queue already, so that none falls between the two; those that are in both
        // are taken out of the queue.
        let here = event::here(&hub.db).await?;
        if let Some(after) = after {
            let missed = super::pump::missed(hub, &hub.db, self.identity(), wanted, after, &here.before).await?;
            subscription.has_missed(missed.ok_or(CannotSubscribe::TooMuch)?);
        }
        subscription.begins(here.before);
        Ok(subscription)
    }
}

/// An operation that is about to begin, until this is dropped.
pub struct Beginning(Arc<Hub>);

impl Drop for Beginning {
    fn drop(&mut self) {
        self.0.beginning.fetch_sub(1, Ordering::SeqCst);
    }
}
