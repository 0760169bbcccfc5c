//! Who is connected, and who waits for what.

use std::{
    collections::{BTreeSet, HashMap, VecDeque},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use entity::{ProfileId, SessionId};
use tokio::sync::{Notify, mpsc, watch};

use super::{Delivery, Position, Wanted};
use crate::{
    policy::Viewer,
    store::{
        Db, StoreError,
        event::{self, Event, Kind, Snapshot},
        geo::Watch,
    },
};

/// How much one may hold.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Connections of a person.
    pub connections_of_person: usize,
    /// Events that wait for one subscription to take them.
    pub queued: usize,
    /// How often the server looks by itself: for beacons that have run out, and for events that nobody has told of.
    pub look: Duration,
}

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

/// Why there is no connection.
#[derive(Clone, Debug)]
pub enum Refused {
    /// The person has too many.
    TooMany,
    /// The server stops.
    Restart,
    /// The database does not answer.
    Unavailable(StoreError),
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

/// Everybody who is connected to this server.
pub struct Hub {
    pub(super) db: Db,
    pub(super) clock: Box<dyn Fn() -> chrono::DateTime<chrono::Utc> + Send + Sync>,
    pub(super) limits: Limits,
    pub(super) wake: Notify,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    next: u32,
    is_draining: bool,
    connections: HashMap<u32, Connected>,
    subscriptions: HashMap<u32, Waiting>,
    /// By what is watched, so that an area is looked at once for all who watch it.
    watches: HashMap<String, (Arc<Watch>, BTreeSet<u32>)>,
    home_feeds: BTreeSet<u32>,
    notified: HashMap<ProfileId, BTreeSet<u32>>,
    /// How far events were read. None while nobody waits for any.
    position: Option<Position>,
}

struct Connected {
    identity: Identity,
    signals: watch::Sender<Signals>,
    subscriptions: BTreeSet<u32>,
}

/// A subscription that waits.
struct Waiting {
    connection: u32,
    place: Place,
    queue: mpsc::Sender<Delivery>,
}

/// Where a subscription is found by what happens.
#[derive(Clone)]
enum Place {
    Watch(String),
    HomeFeed,
    Notified(Option<ProfileId>),
}

/// An event, and somebody whom it may concern.
pub(super) struct Candidate {
    /// The place of the event in its batch.
    pub event: usize,
    pub key: u32,
    pub identity: Identity,
    /// What is watched, of beacons.
    pub watch: Option<Arc<Watch>>,
}

impl Hub {
    /// Nobody is connected yet.
    pub fn new(
        db: Db,
        clock: impl Fn() -> chrono::DateTime<chrono::Utc> + Send + Sync + 'static,
        limits: Limits,
    ) -> Arc<Self> {
        Arc::new(Self { db, clock: Box::new(clock), limits, wake: Notify::new(), state: Mutex::default() })
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Nothing that holds the lock can stop in the middle.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes somebody in. From then on, what is to be heeded is.
    pub async fn connect(self: &Arc<Self>, identity: Identity) -> Result<Connection, Refused> {
        let connection = self.take_in(identity)?;
        self.begin_reading().await.map_err(Refused::Unavailable)?;
        Ok(connection)
    }

    /// Reads events from now on, unless it does so already.
    async fn begin_reading(&self) -> Result<(), StoreError> {
        if self.state().position.is_none() {
            let here = event::here(&self.db).await?;
            self.state().position.get_or_insert(here);
        }
        Ok(())
    }

    fn take_in(self: &Arc<Self>, identity: Identity) -> Result<Connection, Refused> {
        let mut state = self.state();
        if state.is_draining {
            return Err(Refused::Restart);
        }
        if identity.viewer.id().is_some() {
            let own = state.connections.values().filter(|other| other.identity.viewer == identity.viewer).count();
            if own >= self.limits.connections_of_person {
                return Err(Refused::TooMany);
            }
        }
        let id = state.take_number();
        let (signals, heard) = watch::channel(Signals::default());
        state.connections.insert(id, Connected { identity, signals, subscriptions: BTreeSet::new() });
        Ok(Connection(Arc::new(Held { hub: Arc::clone(self), id, identity, signals: heard })))
    }

    /// There may be something to read.
    pub fn wake(&self) {
        self.wake.notify_one();
    }

    /// Tells everybody to come back to another server, and takes nobody in any more.
    pub fn drain(&self) {
        let mut state = self.state();
        state.is_draining = true;
        for connected in state.connections.values() {
            connected.signals.send_modify(|signals| signals.restart = true);
        }
    }

    /// How many are connected.
    pub fn connections(&self) -> usize {
        self.state().connections.len()
    }

    pub(super) fn position(&self) -> Option<Position> {
        let mut state = self.state();
        if state.connections.is_empty() {
            state.position = None;
        }
        state.position.clone()
    }

    pub(super) fn read_to(&self, position: Position) {
        let mut state = self.state();
        if state.position.is_some() {
            state.position = Some(position);
        }
    }

    /// Has every connection of these people checked.
    pub(super) fn check(&self, people: &[ProfileId]) {
        for connected in self.state().connections.values() {
            if connected.identity.viewer.id().is_some_and(|id| people.contains(&id)) {
                connected.signals.send_modify(|signals| signals.admission += 1);
            }
        }
    }

    /// Whom these events may concern.
    pub(super) fn candidates(&self, events: &[Event]) -> Vec<Candidate> {
        let state = self.state();
        let mut candidates = Vec::new();
        for (place, event) in events.iter().enumerate() {
            let mut add = |keys: &BTreeSet<u32>, watch: Option<&Arc<Watch>>| {
                candidates.extend(keys.iter().filter_map(|key| {
                    let identity = state.connections.get(&state.subscriptions.get(key)?.connection)?.identity;
                    Some(Candidate { event: place, key: *key, identity, watch: watch.cloned() })
                }));
            };
            match (event.kind, event.location, event.recipient) {
                (Kind::PostAdded, ..) => add(&state.home_feeds, None),
                (Kind::Notified, _, Some(recipient)) => {
                    if let Some(keys) = state.notified.get(&recipient) {
                        add(keys, None);
                    }
                }
                (_, Some(place), _) => {
                    for (watch, keys) in state.watches.values().filter(|(watch, _)| watch.area.may_hold(place)) {
                        add(keys, Some(watch));
                    }
                }
                _ => {}
            }
        }
        candidates
    }

    /// Puts deliveries into the queues. Whoever has not taken the last ones gets no more.
    pub(super) fn deliver(&self, deliveries: Vec<(u32, Delivery)>) {
        let mut state = self.state();
        for (key, delivery) in deliveries {
            let Some(waiting) = state.subscriptions.get(&key) else { continue };
            if let Err(mpsc::error::TrySendError::Full(_)) = waiting.queue.try_send(delivery) {
                let connection = waiting.connection;
                state.forget_all_of(connection);
                if let Some(connected) = state.connections.get(&connection) {
                    connected.signals.send_modify(|signals| signals.slow = true);
                }
            }
        }
    }

    /// Tells nothing more to those who cannot be told.
    pub(super) fn give_up(&self, candidates: &[Candidate]) {
        let mut state = self.state();
        for candidate in candidates {
            state.forget(candidate.key);
        }
    }

    /// Nobody can be told what was missed: everybody has to come back and look.
    pub(super) fn lose_track(&self) {
        let mut state = self.state();
        for connected in state.connections.values() {
            connected.signals.send_modify(|signals| signals.restart = true);
        }
        state.position = None;
    }
}

impl State {
    fn take_number(&mut self) -> u32 {
        self.next = self.next.wrapping_add(1);
        self.next
    }

    fn add(&mut self, wanted: Wanted, connection: u32, queue: mpsc::Sender<Delivery>) -> u32 {
        let key = self.take_number();
        let connected = self.connections.get_mut(&connection);
        let me = connected.and_then(|connected| {
            connected.subscriptions.insert(key);
            connected.identity.viewer.id()
        });
        let place = match wanted {
            Wanted::Beacons(watch) => {
                let name = format!("{watch:?}");
                let (_, keys) =
                    self.watches.entry(name.clone()).or_insert_with(|| (Arc::new(watch), BTreeSet::default()));
                keys.insert(key);
                Place::Watch(name)
            }
            Wanted::HomeFeed => {
                self.home_feeds.insert(key);
                Place::HomeFeed
            }
            Wanted::Notifications => {
                if let Some(me) = me {
                    self.notified.entry(me).or_default().insert(key);
                }
                Place::Notified(me)
            }
        };
        self.subscriptions.insert(key, Waiting { connection, place, queue });
        key
    }

    fn forget(&mut self, key: u32) {
        let Some(waiting) = self.subscriptions.remove(&key) else { return };
        if let Some(connected) = self.connections.get_mut(&waiting.connection) {
            connected.subscriptions.remove(&key);
        }
        match waiting.place {
            Place::HomeFeed => {
                self.home_feeds.remove(&key);
            }
            Place::Watch(name) => {
                if let Some((_, keys)) = self.watches.get_mut(&name) {
                    keys.remove(&key);
                    if keys.is_empty() {
                        self.watches.remove(&name);
                    }
                }
            }
            Place::Notified(me) => {
                if let Some(me) = me
                    && let Some(keys) = self.notified.get_mut(&me)
                {
                    keys.remove(&key);
                    if keys.is_empty() {
                        self.notified.remove(&me);
                    }
                }
            }
        }
    }

    fn forget_all_of(&mut self, connection: u32) {
        let keys = self.connections.get(&connection).map(|connected| connected.subscriptions.clone());
        for key in keys.unwrap_or_default() {
            self.forget(key);
        }
    }
}

/// Somebody who is connected. Cheap to clone; when the last copy is dropped, so is the connection.
#[derive(Clone)]
pub struct Connection(Arc<Held>);

struct Held {
    hub: Arc<Hub>,
    id: u32,
    identity: Identity,
    signals: watch::Receiver<Signals>,
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
        let (queue, arriving) = mpsc::channel(hub.limits.queued);
        let key = hub.state().add(wanted.clone(), self.0.id, queue);
        let (missed, begun) = (VecDeque::new(), None);
        let mut subscription = Subscription { key, missed, begun, arriving, connection: self.clone() };
        // Asked when events are put into the queue already, so that none falls between the two; those that are in both
        // are taken out of the queue.
        let here = event::here(&hub.db).await?;
        if let Some(after) = after {
            let missed = super::pump::missed(hub, self.identity(), wanted, after, &here.before).await?;
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
    arriving: mpsc::Receiver<Delivery>,
    connection: Connection,
}

impl Subscription {
    /// The next news; none any more, when the connection has to end (see [`Connection::signals`]).
    pub async fn next(&mut self) -> Option<Delivery> {
        if let Some(delivery) = self.missed.pop_front() {
            return Some(delivery);
        }
        loop {
            let delivery = self.arriving.recv().await?;
            if self.begun.as_ref().is_none_or(|begun| !begun.shows(delivery.xid)) {
                return Some(delivery);
            }
        }
    }
}

impl Drop for Subscription {
    fn drop(&mut self) {
        self.connection.0.hub.state().forget(self.key);
    }
}
