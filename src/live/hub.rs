//! Everybody who is connected to a server: takes them in, says whom an event may concern, and puts it into their queues.

use std::{
    collections::BTreeSet,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::Duration,
};

use entity::ProfileId;
use tokio::sync::{Notify, Semaphore, watch};

use super::{
    Connection, Delivery, Identity, Position, Signals,
    connection::Held,
    registry::{Connected, Registry},
    subscription::Queued,
};
use crate::{
    metrics::Metrics,
    store::{
        Db, StoreError,
        delivery::Follows,
        event::{self, Event, Kind},
        geo::Watch,
    },
};

/// How much one may hold.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Connections of a person.
    pub connections_of_person: usize,
    /// Events that wait for one connection to take them.
    pub queued: usize,
    /// How often the server looks by itself: for beacons that have run out, and for events that nobody has told of.
    pub look: Duration,
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

/// Everybody who is connected to this server.
pub struct Hub {
    /// For what clients ask for.
    pub(super) db: Db,
    /// For what goes on by itself, so that clients who take all connections do not stop it.
    pub(super) own: Db,
    pub(super) clock: Box<dyn Fn() -> chrono::DateTime<chrono::Utc> + Send + Sync>,
    pub(super) limits: Limits,
    pub(super) wake: Notify,
    pub(super) beginning: AtomicUsize,
    registry: Mutex<Registry>,
    /// Set while the registry is locked.
    draining: AtomicBool,
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
        own: Db,
        clock: impl Fn() -> chrono::DateTime<chrono::Utc> + Send + Sync + 'static,
        limits: Limits,
    ) -> Arc<Self> {
        Arc::new(Self {
            db,
            own,
            clock: Box::new(clock),
            limits,
            wake: Notify::new(),
            beginning: AtomicUsize::new(0),
            registry: Mutex::default(),
            draining: AtomicBool::default(),
        })
    }

    pub(super) fn state(&self) -> MutexGuard<'_, Registry> {
        // Nothing that holds the lock can stop in the middle.
        self.registry.lock().unwrap_or_else(PoisonError::into_inner)
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
        if self.is_draining() {
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
        state
            .connections
            .insert(id, Connected { identity, signals, subscriptions: BTreeSet::new(), queued: Arc::default() });
        let (hub, turn) = (Arc::clone(self), Arc::new(Semaphore::new(1)));
        Ok(Connection(Arc::new(Held { hub, id, identity, signals: heard, turn })))
    }

    /// Waits until this server has committed something.
    pub(super) async fn committed(&self) {
        self.db.committed().await;
    }

    /// There may be something to read.
    pub fn wake(&self) {
        self.wake.notify_one();
    }

    /// Tells everybody to come back to another server, and takes nobody in any more.
    pub fn drain(&self) {
        let state = self.state();
        self.draining.store(true, Ordering::SeqCst);
        for connected in state.connections.values() {
            connected.signals.send_modify(|signals| signals.restart = true);
        }
    }

    /// Whether the server stops.
    pub fn is_draining(&self) -> bool {
        self.draining.load(Ordering::SeqCst)
    }

    /// Counts who is connected, and what they wait for.
    pub fn measure(&self, metrics: &Metrics) {
        for (gauge, count) in
            [(&metrics.connections, self.connections()), (&metrics.subscriptions, self.subscriptions())]
        {
            gauge.set(i64::try_from(count).unwrap_or(i64::MAX));
        }
        let (busy, idle) = self.own.connections();
        metrics.pool("background", busy, idle);
    }

    /// How many are connected.
    pub fn connections(&self) -> usize {
        self.state().connections.len()
    }

    /// How many operations may still become subscriptions that miss nothing: what happens before may not be told.
    pub fn beginning(&self) -> usize {
        self.beginning.load(Ordering::SeqCst)
    }

    /// How many subscriptions have begun and not ended.
    fn subscriptions(&self) -> usize {
        self.state().subscriptions.len()
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

    /// Whose home feeds are waited for.
    pub(super) fn home_feeds(&self) -> Vec<ProfileId> {
        self.state().home_feeds.keys().copied().collect()
    }

    /// Whom these events may concern; `followers` says whose home feeds the posts of an author may be in.
    pub(super) fn candidates(&self, events: &[Event], followers: &[Follows]) -> Vec<Candidate> {
        let state = self.state();
        let mut candidates = Vec::new();
        for (place, event) in events.iter().enumerate() {
            let mut add = |keys: &BTreeSet<u32>, watch: Option<&Arc<Watch>>| {
                candidates.extend(keys.iter().filter_map(|key| {
                    let identity = state.connections.get(&state.subscriptions.get(key)?.connection)?.identity;
                    Some(Candidate { event: place, key: *key, identity, watch: watch.cloned() })
                }));
            };
            match (event.kind, event.location, event.person) {
                (Kind::PostAdded, _, Some(author)) => {
                    let followers = followers.iter().filter(|follows| follows.author == author);
                    for person in followers.map(|follows| follows.follower).chain([author]) {
                        if let Some(keys) = state.home_feeds.get(&person) {
                            add(keys, None);
                        }
                    }
                }
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

    /// Puts deliveries into the queues. Answers those that find no room, in their order.
    pub(super) fn deliver(&self, deliveries: Vec<(u32, Delivery)>) -> Vec<(u32, Delivery)> {
        let state = self.state();
        let (mut late, mut full) = (Vec::new(), BTreeSet::new());
        for (key, delivery) in deliveries {
            let Some(waiting) = state.subscriptions.get(&key) else { continue };
            let Some(connected) = state.connections.get(&waiting.connection) else { continue };
            // Behind one that is late, all of the connection are.
            let is_full =
                full.contains(&waiting.connection) || connected.queued.load(Ordering::Relaxed) >= self.limits.queued;
            if is_full {
                full.insert(waiting.connection);
                late.push((key, delivery));
            } else {
                // Fails when nobody waits any more; then it is dropped here, and no longer counted.
                let _ = waiting.queue.send(Queued::new(delivery, &connected.queued));
                self.db.metrics().events.inc();
            }
        }
        late
    }

    /// Those who have not taken what came before get no more.
    pub(super) fn cut_off(&self, late: &[(u32, Delivery)]) {
        let mut state = self.state();
        for (key, _) in late {
            state.end(*key, |signals| signals.slow = true);
        }
    }

    /// Whoever cannot be told has to come back and look.
    pub(super) fn give_up(&self, key: u32) {
        self.state().end(key, |signals| signals.restart = true);
    }

    /// Has every connection checked: events that would say so cannot be read.
    pub(super) fn check_all(&self) {
        for connected in self.state().connections.values() {
            connected.signals.send_modify(|signals| signals.admission += 1);
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
