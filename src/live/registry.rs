//! Who waits for what, and where that is found by what happens. Nothing here waits.

use std::{
    collections::{BTreeSet, HashMap},
    sync::{Arc, atomic::AtomicUsize},
};

use entity::ProfileId;
use tokio::sync::{mpsc, watch};

use super::{Identity, Position, Signals, Wanted, subscription::Queued};
use crate::store::geo::Watch;

/// Everybody who is connected, and all that they wait for.
#[derive(Default)]
pub(super) struct Registry {
    next: u32,
    pub connections: HashMap<u32, Connected>,
    pub subscriptions: HashMap<u32, Waiting>,
    /// By what is watched, so that an area is looked at once for all who watch it.
    pub watches: HashMap<String, (Arc<Watch>, BTreeSet<u32>)>,
    pub home_feeds: HashMap<ProfileId, BTreeSet<u32>>,
    pub notified: HashMap<ProfileId, BTreeSet<u32>>,
    /// How far events were read. None while nobody waits for any.
    pub position: Option<Position>,
}

/// Somebody who is connected.
pub(super) struct Connected {
    pub identity: Identity,
    pub signals: watch::Sender<Signals>,
    pub subscriptions: BTreeSet<u32>,
    /// Events in the queues of all its subscriptions.
    pub queued: Arc<AtomicUsize>,
}

/// A subscription that waits.
pub(super) struct Waiting {
    pub connection: u32,
    place: Place,
    pub queue: mpsc::UnboundedSender<Queued>,
}

/// Where a subscription is found by what happens.
#[derive(Clone)]
enum Place {
    Watch(String),
    HomeFeed(Option<ProfileId>),
    Notified(Option<ProfileId>),
}

impl Registry {
    /// A number for a connection or a subscription.
    pub fn take_number(&mut self) -> u32 {
        self.next = self.next.wrapping_add(1);
        self.next
    }

    /// Adds a subscription. Answers its number, and what it watches, of beacons.
    pub fn add(
        &mut self,
        wanted: Wanted,
        connection: u32,
        queue: mpsc::UnboundedSender<Queued>,
    ) -> (u32, Option<Arc<Watch>>) {
        let key = self.take_number();
        let connected = self.connections.get_mut(&connection);
        let me = connected.and_then(|connected| {
            connected.subscriptions.insert(key);
            connected.identity.viewer.id()
        });
        let mut watched = None;
        let place = match wanted {
            Wanted::Beacons(watch) => {
                let name = format!("{watch:?}");
                let (watch, keys) =
                    self.watches.entry(name.clone()).or_insert_with(|| (Arc::new(watch), BTreeSet::default()));
                keys.insert(key);
                watched = Some(Arc::clone(watch));
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
        (key, watched)
    }

    /// Takes a subscription out.
    pub fn forget(&mut self, key: u32) {
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

    /// Takes all subscriptions of the connection out that has this one, and tells it why.
    pub fn end(&mut self, key: u32, why: impl FnOnce(&mut Signals)) {
        let Some(connection) = self.subscriptions.get(&key).map(|waiting| waiting.connection) else { return };
        if let Some(connected) = self.connections.get(&connection) {
            connected.signals.send_modify(why);
        }
        self.forget_all_of(connection);
    }

    /// Takes all subscriptions of a connection out.
    pub fn forget_all_of(&mut self, connection: u32) {
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
