//! What can be watched. Each event is judged when it happens, for whoever watches, and read with a context of its own.

use std::sync::{Arc, Mutex, PoisonError};

use async_graphql::{Context, Enum, ID, Result, SimpleObject, Subscription as GraphQlSubscription};
use futures_util::{Stream, stream};
use tokio::sync::Notify;

use super::{
    ViewerContext,
    arguments::viewer_context,
    error::api_error,
    types::{Beacon, BeaconArea, BeaconFilter, Notification, Post},
};
use crate::domain::{
    Error,
    beacon::Filter,
    live::{Beginning, Connection, Kind, News, Watching},
};

/// What a subscription is made with: the connection that it belongs to, and the id of the event behind which it begins.
pub struct Live {
    connection: Connection,
    after: Option<String>,
    last: Mutex<Option<String>>,
    begun: Arc<Notify>,
    beginning: Mutex<Option<Beginning>>,
}

impl Live {
    /// On this connection, from now on or from behind an event.
    #[must_use]
    pub fn new(connection: Connection, after: Option<String>) -> Self {
        let beginning = Mutex::new(Some(connection.beginning()));
        Self { connection, after, last: Mutex::default(), begun: Arc::default(), beginning }
    }

    /// Is told when a subscription has begun: from then on nothing is missed.
    #[must_use]
    pub fn begun(&self) -> Arc<Notify> {
        Arc::clone(&self.begun)
    }

    /// The id of the event that is being answered. Events of a subscription are answered one after the other.
    pub(super) fn take_event_id(&self) -> Option<String> {
        self.last.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    fn has_begun(&self) {
        self.begun.notify_one();
        *self.beginning.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }

    fn answers(&self, id: String) {
        *self.last.lock().unwrap_or_else(PoisonError::into_inner) = Some(id);
    }
}

/// What happened to a beacon.
#[derive(Clone, Copy, PartialEq, Eq, Enum)]
pub enum BeaconEventKind {
    /// It is new.
    Created,
    /// It says something else, or others say something else of it.
    Changed,
    /// It is over, or never was so.
    Resolved,
    /// Its time has run out.
    Expired,
    /// It was deleted, or reported away.
    Deleted,
}

/// Something that happened to a beacon.
#[derive(SimpleObject)]
pub struct BeaconEvent {
    /// What happened.
    kind: BeaconEventKind,
    /// To which beacon.
    beacon_id: ID,
    /// The beacon as it is now; null when it is gone.
    beacon: Option<Beacon>,
}

/// What can be watched.
#[derive(Default)]
pub struct Subscription;

/// What can be watched, by WebSocket (`graphql-transport-ws`) or server-sent events. Each event carries its id in
/// `extensions.eventId`; with it as `extensions.lastEventId`, a client goes on behind it.
#[GraphQlSubscription]
impl Subscription {
    /// Beacons created, changed, resolved or expired inside the area.
    async fn beacon_changed(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Where to look.")] area: BeaconArea,
        #[graphql(desc = "Which of them, as they are when it happens.")] filter: Option<BeaconFilter>,
    ) -> Result<impl Stream<Item = BeaconEvent>> {
        let (vc, live) = (viewer_context(ctx)?, live(ctx)?);
        let area = area.checked().map_err(|error| api_error(&error))?;
        let filter = Filter::from(filter.unwrap_or_default());
        let watching = vc.shared_domain().watch_beacons(&live.connection, area, &filter, live.after.as_deref()).await;
        events(&vc, live, watching, |vc, news| {
            let News::Beacon(kind, id, beacon) = news else { return None };
            let kind = match kind {
                Kind::BeaconCreated => BeaconEventKind::Created,
                Kind::BeaconResolved => BeaconEventKind::Resolved,
                Kind::BeaconExpired => BeaconEventKind::Expired,
                Kind::BeaconDeleted => BeaconEventKind::Deleted,
                _ => BeaconEventKind::Changed,
            };
            let beacon = beacon.map(|row| Beacon::new(vc, *row));
            Some(BeaconEvent { kind, beacon_id: id.to_string().into(), beacon })
        })
    }

    /// New posts of the viewer's home feed.
    async fn home_feed_post_added(&self, ctx: &Context<'_>) -> Result<impl Stream<Item = Post>> {
        let (vc, live) = (viewer_context(ctx)?, live(ctx)?);
        let watching = vc.shared_domain().watch_home_feed(&live.connection, live.after.as_deref()).await;
        events(&vc, live, watching, |vc, news| match news {
            News::Post(row) => Some(Post::new(vc, *row)),
            _ => None,
        })
    }

    /// What others do that concerns the viewer.
    async fn notification_received(&self, ctx: &Context<'_>) -> Result<impl Stream<Item = Notification>> {
        let (vc, live) = (viewer_context(ctx)?, live(ctx)?);
        let watching = vc.shared_domain().watch_notifications(&live.connection, live.after.as_deref()).await;
        events(&vc, live, watching, |vc, news| match news {
            News::Notification(row) => Some(Notification::new(vc, *row)),
            _ => None,
        })
    }
}

fn live<'a>(ctx: &Context<'a>) -> Result<&'a Live> {
    Ok(&**ctx.data::<Arc<Live>>()?)
}

/// What is watched as a stream, each event in a fresh context: nothing that was loaded for one is shown with the next.
fn events<'a, T, F>(
    vc: &ViewerContext,
    live: &'a Live,
    watching: Result<Watching, Error>,
    answer: F,
) -> Result<impl Stream<Item = T> + use<'a, T, F>>
where
    F: Fn(ViewerContext, News) -> Option<T> + Copy,
{
    let (vc, watching) = (vc.clone(), watching.map_err(|error| api_error(&error))?);
    live.has_begun();
    Ok(stream::unfold((vc, watching), move |(vc, mut watching)| async move {
        loop {
            let (news, id) = watching.next().await?;
            if let Some(event) = answer(vc.of(vc.viewer()), news) {
                live.answers(id);
                return Some((event, (vc, watching)));
            }
        }
    }))
}
