//! What happens, to those who watch.
//!
//! Triggers write events in the transaction that makes them so (`store::event`). Every server reads them by itself
//! ([`pump`]), asks the database for whom each is at that moment (`store::delivery`), and puts it into the queues of those
//! ([`hub`]). A broker ([`broker`]) only says that there is something to read: what it loses, the next look finds.

mod broker;
mod connection;
mod hub;
mod pump;
mod registry;
mod subscription;

pub use self::{
    broker::{Broker, BrokerError},
    connection::{Beginning, CannotSubscribe, Connection, Identity, Signals},
    hub::{Hub, Limits, Refused},
    subscription::Subscription,
};
use crate::store::{
    event::{self, Event, Position},
    geo::{Beacon, Watch},
    notification::Notification,
    post::Post,
};

/// What somebody waits for.
#[derive(Clone, Debug)]
pub enum Wanted {
    /// Beacons of an area.
    Beacons(Watch),
    /// New posts of the home feed.
    HomeFeed,
    /// Notifications.
    Notifications,
}

/// What has happened, as the one who gets it may see it.
#[derive(Clone, Debug)]
pub enum News {
    /// Something about a beacon; without the beacon, when it is gone.
    Beacon(event::Kind, uuid::Uuid, Option<Box<Beacon>>),
    /// A new post of the home feed.
    Post(Box<Post>),
    /// A notification.
    Notification(Box<Notification>),
}

/// News, and the position behind it.
#[derive(Clone, Debug)]
pub struct Delivery {
    /// What has happened.
    pub news: News,
    /// What it was made of.
    pub(crate) event: std::sync::Arc<Event>,
    /// When it was asked for whom it is.
    pub(crate) judged: tokio::time::Instant,
    /// Where whoever has got it goes on.
    pub behind: std::sync::Arc<Position>,
}
