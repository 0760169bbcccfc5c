//! Who is connected, and who waits for what.

use std::{
    collections::{BTreeSet, HashMap, VecDeque},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use entity::{ProfileId, SessionId};
use tokio::sync::{Notify, mpsc, watch};

use super::{Delivery, Position, Wanted};
use crate::{
    policy::Viewer,
    store::{
        Db, StoreError,
        delivery::Follows,
        event::{self, Event, Kind, Snapshot},
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
    /// For what clients ask for.
    db: Db,
    /// For what goes on by itself, so that clients who take all connections do not stop it.
    pub(super) own: Db,
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
    home_feeds: HashMap<ProfileId, BTreeSet<u32>>,
    notified: HashMap<ProfileId, BTreeSet<u32>>,
    /// How far events were read. None while nobody waits for any.
    position: Option<Position>,
}

struct Connected {
    identity: Identity,
    signals: watch::Sender<Signals>,
    subscriptions: BTreeSet<u32>,
    /// Events in the queues of all its subscriptions.
    queued: Arc<AtomicUsize>,
}

/// A subscription that waits.
struct Waiting {
    connection: u32,
    place: Place,
    queue: mpsc::UnboundedSender<Queued>,
}

/// A delivery that waits. The connection counts it until it is taken.
struct Queued(Delivery, Arc<AtomicUsize>);

impl Drop for Queued {
    fn drop(&mut self) {
        self.1.fetch_sub(1, Ordering::Relaxed);
    }
}

/// Where a subscription is found by what happens.
#[derive(Clone)]
enum Place {
    Watch(String),
    HomeFeed(Option<ProfileId>),
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
        own: Db,
        clock: impl Fn() -> chrono::DateTime<chrono::Utc> + Send + Sync + 'static,
        limits: Limits,
    ) -> Arc<Self> {
        Arc::new(Self { db, own, clock: Box::new(clock), limits, wake: Notify::new(), state: Mutex::default() })
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
        state
            .connections
            .insert(id, Connected { identity, signals, subscriptions: BTreeSet::new(), queued: Arc::default() });
        Ok(Connection(Arc::new(Held { hub: Arc::clone(self), id, identity, signals: heard })))
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
                connected.queued.fetch_add(1, Ordering::Relaxed);
                // Fails when nobody waits any more; then it is dropped here, and no longer counted.
                let _ = waiting.queue.send(Queued(delivery, Arc::clone(&connected.queued)));
            }
        }
        late
    }

    /// Those who have not taken what came before get no more.
    pub(super) fn cut_off(&self, late: &[(u32, Delivery)]) {
        let mut state = self.state();
        for (key, _) in late {
            let Some(connection) = state.subscriptions.get(key).map(|waiting| waiting.connection) else { continue };
            if let Some(connected) = state.connections.get(&connection) {
                connected.signals.send_modify(|signals| signals.slow = true);
            }
            state.forget_all_of(connection);
        }
    }

    /// Those who cannot be told have to come back and look.
    pub(super) fn give_up(&self, candidates: &[Candidate]) {
        let mut state = self.state();
        for candidate in candidates {
            let Some(waiting) = state.subscriptions.get(&candidate.key) else { continue };
            let connection = waiting.connection;
            if let Some(connected) = state.connections.get(&connection) {
                connected.signals.send_modify(|signals| signals.restart = true);
            }
            state.forget_all_of(connection);
        }
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

impl State {
    fn take_number(&mut self) -> u32 {
        self.next = self.next.wrapping_add(1);
        self.next
    }

    fn add(&mut self, wanted: Wanted, connection: u32, queue: mpsc::UnboundedSender<Queued>) -> u32 {
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
                insert(&mut self.home_feeds, me, key);
                Place::HomeFeed(me)
            }
            Wanted::Notifications => {
                insert(&mut self.notified, me, key);
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
            Place::HomeFeed(me) => remove(&mut self.home_feeds, me, key),
            Place::Notified(me) => remove(&mut self.notified, me, key),
            Place::Watch(name) => {
                if let Some((_, keys)) = self.watches.get_mut(&name) {
                    keys.remove(&key);
                    if keys.is_empty() {
                        self.watches.remove(&name);
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

/// The subscriptions of people.
type OfPeople = HashMap<ProfileId, BTreeSet<u32>>;

fn insert(all: &mut OfPeople, person: Option<ProfileId>, key: u32) {
    if let Some(person) = person {
        all.entry(person).or_default().insert(key);
    }
}

fn remove(all: &mut OfPeople, person: Option<ProfileId>, key: u32) {
    if let Some(person) = person
        && let Some(keys) = all.get_mut(&person)
    {
        keys.remove(&key);
        if keys.is_empty() {
            all.remove(&person);
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
            if self.begun.as_ref().is_none_or(|begun| !begun.shows(queued.0.xid)) {
                return Some(queued.0.clone());
            }
        }
    }
}

impl Drop for Subscription {
    fn drop(&mut self) {
        self.connection.0.hub.state().forget(self.key);
    }
}
