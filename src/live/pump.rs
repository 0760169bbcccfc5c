//! Reads events and delivers them.

use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
    time::Duration,
};

use tokio::time::{Instant, MissedTickBehavior, interval};

use super::{Delivery, Hub, Identity, News, Position, Wanted, hub::Candidate};
use crate::store::{
    StoreError, delivery,
    delivery::Subscriber,
    event::{self, Batch, Event, Kind, Snapshot},
    geo,
};

/// Events that are read at once.
const BATCH: usize = 500;
/// Pairs of an event and a subscriber that are asked for by one statement.
const PAIRS: usize = 1_000;
/// How many missed deliveries a subscription can catch up with.
const MISSED: usize = 1_000;
/// Without a look at the events for so long, some may have been forgotten unseen.
const BLIND: Duration = Duration::from_secs((event::KEPT_MINUTES.cast_unsigned() - 1) * 60);

impl Hub {
    /// Delivers what happens, for ever.
    pub async fn run(self: Arc<Self>) {
        let mut looks = interval(self.limits.look);
        looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let (mut last_look, mut is_well) = (Instant::now(), true);
        loop {
            let is_look = tokio::select! {
                () = self.wake.notified() => false,
                _ = looks.tick() => true,
            };
            let outcome = self.look(is_look).await;
            match &outcome {
                Ok(()) => last_look = Instant::now(),
                // Said once; what has happened meanwhile is read when the database is back.
                Err(cause) if is_well => tracing::warn!(%cause, "events cannot be read"),
                Err(_) => {}
            }
            is_well = outcome.is_ok();
            if !is_well && last_look.elapsed() > BLIND {
                self.lose_track();
            }
        }
    }

    async fn look(&self, is_look: bool) -> Result<(), StoreError> {
        while let Some(position) = self.position() {
            if is_look {
                event::expire(&self.db, (self.clock)()).await?;
            }
            let batch = event::read(&self.db, &position, BATCH).await?;
            let people: Vec<_> = batch.events.iter().filter(|event| event.kind == Kind::Admission).collect();
            if !people.is_empty() {
                self.check(&people.iter().map(|event| event.subject.into()).collect::<Vec<_>>());
            }
            let candidates = self.candidates(&batch.events);
            let deliveries = self.admitted(&position, &batch, candidates).await?;
            self.deliver(deliveries);
            let is_done = batch.next.round.is_none();
            self.read_to(batch.next);
            if is_done {
                break;
            }
        }
        Ok(())
    }

    /// Those of the candidates who may know, with what they see, in the order of the events.
    async fn admitted(
        &self,
        from: &Position,
        batch: &Batch,
        candidates: Vec<Candidate>,
    ) -> Result<Vec<(u32, Delivery)>, StoreError> {
        let positions: BTreeMap<usize, Arc<Position>> = candidates
            .iter()
            .map(|candidate| (candidate.event, Arc::new(batch.behind(from, &batch.events[candidate.event]))))
            .collect();
        let mut admitted = Vec::new();
        let mut parts: Vec<_> = candidates.chunks(PAIRS).collect();
        while let Some(candidates) = parts.pop() {
            let news = match self.ask(&batch.events, candidates).await {
                Ok(news) => news,
                // Later, all of it.
                Err(cause @ StoreError::Unavailable(_)) => return Err(cause),
                // What one of them watches cannot be asked for. The others are not to suffer from it.
                Err(_) if candidates.len() > 1 => {
                    let (one, other) = candidates.split_at(candidates.len() / 2);
                    parts.extend([one, other]);
                    continue;
                }
                Err(cause) => {
                    tracing::error!(%cause, "an event cannot be delivered to a subscriber");
                    self.give_up(candidates);
                    continue;
                }
            };
            for (key, news) in news {
                let Some(candidate) = usize::try_from(key).ok().and_then(|key| candidates.get(key)) else { continue };
                let (behind, xid) = (Arc::clone(&positions[&candidate.event]), batch.events[candidate.event].xid);
                admitted.push((candidate.event, candidate.key, Delivery { news, xid, behind }));
            }
        }
        admitted.sort_by_key(|(event, ..)| *event);
        Ok(admitted.into_iter().map(|(_, key, delivery)| (key, delivery)).collect())
    }

    /// Asks for each kind of news who may know it: one statement for all. Answers places in `candidates`.
    async fn ask(&self, events: &[Event], candidates: &[Candidate]) -> Result<Vec<(i32, News)>, StoreError> {
        let now = (self.clock)();
        let mut watches = Watches::default();
        let (mut standing, mut ended, mut posts, mut notifications) = (vec![], vec![], vec![], vec![]);
        for (key, candidate) in (0..).zip(candidates) {
            let event = &events[candidate.event];
            let subscriber = Subscriber {
                key,
                viewer: candidate.identity.viewer.id(),
                session: candidate.identity.session,
                subject: event.subject,
                watch: candidate.watch.as_ref().map_or(0, |watch| watches.place_of(watch)),
            };
            match event.kind {
                Kind::PostAdded => posts.push(subscriber),
                Kind::Notified => notifications.push(subscriber),
                kind if kind.is_end() => ended.push(subscriber),
                _ => standing.push(subscriber),
            }
        }
        let of = |key: i32| &events[candidates[usize::try_from(key).unwrap_or_default()].event];
        let mut news = Vec::new();
        if !standing.is_empty() {
            let rows = geo::to_watchers(&self.db, now, &watches.all, &standing).await?;
            news.extend(rows.into_iter().map(|one| {
                let event = of(one.key);
                (one.key, News::Beacon(event.kind, event.subject, Some(Box::new(one.row))))
            }));
        }
        if !ended.is_empty() {
            let rows = geo::to_watchers_of_ended(&self.db, &watches.all, &ended).await?;
            news.extend(rows.into_iter().map(|one| {
                let event = of(one.key);
                (one.key, News::Beacon(event.kind, event.subject, None))
            }));
        }
        if !posts.is_empty() {
            let rows = delivery::to_home_feeds(&self.db, now, &posts).await?;
            news.extend(rows.into_iter().map(|one| (one.key, News::Post(Box::new(one.row)))));
        }
        if !notifications.is_empty() {
            let rows = delivery::to_recipients(&self.db, now, &notifications).await?;
            news.extend(rows.into_iter().map(|one| (one.key, News::Notification(Box::new(one.row)))));
        }
        Ok(news)
    }
}

/// The areas of a statement, each once.
#[derive(Default)]
struct Watches<'a> {
    all: Vec<&'a geo::Watch>,
    places: HashMap<usize, i32>,
}

impl<'a> Watches<'a> {
    fn place_of(&mut self, watch: &'a Arc<geo::Watch>) -> i32 {
        *self.places.entry(Arc::as_ptr(watch).addr()).or_insert_with(|| {
            self.all.push(watch);
            i32::try_from(self.all.len() - 1).unwrap_or(i32::MAX)
        })
    }
}

/// What somebody has missed who was at `after` and is at `until` now; none, when it is too much.
pub(super) async fn missed(
    hub: &Hub,
    identity: Identity,
    wanted: Wanted,
    after: Position,
    until: &Snapshot,
) -> Result<Option<Vec<Delivery>>, StoreError> {
    let (mut missed, mut at) = (Vec::new(), after);
    loop {
        // First the rest of the round in which the reader was, then all up to now.
        let is_last = at.round.as_ref().is_none_or(|(upto, _)| upto == until);
        at.round.get_or_insert_with(|| (until.clone(), (0, 0)));
        let batch = event::read(&hub.db, &at, BATCH).await?;
        let candidates = wanted.among(&batch.events, identity);
        missed.extend(hub.admitted(&at, &batch, candidates).await?.into_iter().map(|(_, delivery)| delivery));
        if missed.len() > MISSED {
            return Ok(None);
        }
        if is_last && batch.next.round.is_none() {
            return Ok(Some(missed));
        }
        at = batch.next;
    }
}

impl Wanted {
    /// Which of these events are wanted.
    fn among(&self, events: &[Event], identity: Identity) -> Vec<Candidate> {
        let watch = match self {
            Self::Beacons(watch) => Some(Arc::new(watch.clone())),
            Self::HomeFeed | Self::Notifications => None,
        };
        let is_wanted = |event: &Event| match self {
            Self::Beacons(watch) => event.location.is_some_and(|place| watch.area.may_hold(place)),
            Self::HomeFeed => event.kind == Kind::PostAdded,
            Self::Notifications => event.recipient.is_some() && event.recipient == identity.viewer.id(),
        };
        let wanted = events.iter().enumerate().filter(|(_, event)| is_wanted(event));
        wanted.map(|(event, _)| Candidate { event, key: 0, identity, watch: watch.clone() }).collect()
    }
}
