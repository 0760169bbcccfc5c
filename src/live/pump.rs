//! Reads events and delivers them.

use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
    time::Duration,
};

use tokio::time::{Instant, MissedTickBehavior, interval, sleep};

use super::{Delivery, Hub, Identity, News, Position, Wanted, hub::Candidate};
use crate::store::{
    Db, StoreError,
    delivery::{self, Follows, Subscriber},
    event::{self, Batch, Event, Kind, Snapshot},
    geo,
};

/// Events that are read at once.
const BATCH: usize = 100;
/// How long a round waits for those whose queue is full: much may come at once, and who reads it is not slow.
const PATIENCE: Duration = Duration::from_secs(1);
/// Pairs of an event and a subscriber that are asked for by one statement.
const PAIRS: usize = 1_000;
/// How many missed deliveries a subscription can catch up with, and how many rounds it may take to find them.
const MISSED: usize = 1_000;
const MISSED_ROUNDS: usize = 200;
/// How long to wait before the database is asked again.
const RETRY: Duration = Duration::from_millis(500);
/// So long behind, some events may have been forgotten unread.
const BLIND: Duration = Duration::from_secs((event::KEPT_MINUTES.cast_unsigned() - 1) * 60);
/// So long behind, who is let in is asked by other ways.
const DEAF: Duration = Duration::from_secs(3);

impl Hub {
    /// Delivers what happens, for ever.
    pub async fn run(self: Arc<Self>) {
        let mut looks = interval(self.limits.look);
        looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            let is_look = tokio::select! {
                () = self.wake.notified() => false,
                _ = looks.tick() => true,
            };
            // None: track of what happens was lost.
            let _ = self.look(is_look).await;
        }
    }

    /// Reads and delivers all that there is by now. None, when track was lost.
    async fn look(&self, is_look: bool) -> Option<()> {
        let begun = Instant::now();
        if is_look && self.position().is_some() {
            self.patiently(|| event::expire(&self.own, (self.clock)())).await?;
        }
        while let Some(position) = self.position() {
            let batch = self.patiently(|| event::read(&self.own, &position, BATCH)).await?;
            let people: Vec<_> = batch.events.iter().filter(|event| event.kind == Kind::Admission).collect();
            if !people.is_empty() {
                self.check(&people.iter().map(|event| event.subject.into()).collect::<Vec<_>>());
            }
            let followers = self.patiently(|| self.followers(&batch.events)).await?;
            // Some at a time: all that an event says to ten thousand would be held at once.
            for candidates in self.candidates(&batch.events, &followers).chunks(PAIRS) {
                let ask = || self.admitted(&self.own, &position, &batch, candidates);
                let Admitted { deliveries, failed } = self.patiently(ask).await?;
                for (key, cause) in failed {
                    tracing::error!(%cause, "an event cannot be delivered to a subscriber");
                    self.give_up(key);
                }
                self.hand_out(deliveries).await;
            }
            if !batch.events.is_empty() {
                self.own.metrics().event_round.observe(begun.elapsed().as_secs_f64());
            }
            let is_done = batch.next.round.is_none();
            self.read_to(batch.next);
            if is_done {
                break;
            }
            if begun.elapsed() > BLIND {
                self.lose_track();
                return None;
            }
        }
        Some(())
    }

    /// Asks the database until it answers. Where it is away or locked, what happens waits, and who is let in is asked by
    /// other ways. None, when it takes so long that events may have been forgotten: then everybody has to come back.
    async fn patiently<T, F>(&self, ask: impl Fn() -> F) -> Option<T>
    where
        F: Future<Output = Result<T, StoreError>>,
    {
        let begun = Instant::now();
        let mut is_said = false;
        loop {
            match ask().await {
                Ok(answer) => return Some(answer),
                Err(cause) if !is_said => {
                    tracing::warn!(%cause, "events cannot be read");
                    is_said = true;
                }
                Err(_) => {}
            }
            if begun.elapsed() > BLIND {
                self.lose_track();
                return None;
            }
            if begun.elapsed() > DEAF {
                self.check_all();
            }
            sleep(RETRY).await;
        }
    }

    /// Puts deliveries into the queues, and gives those whose queue is full a moment to read.
    async fn hand_out(&self, deliveries: Vec<(u32, Delivery)>) {
        let begun = Instant::now();
        let mut late = self.deliver(deliveries);
        while !late.is_empty() && begun.elapsed() < PATIENCE {
            sleep(Duration::from_millis(5)).await;
            late = self.deliver(late);
        }
        self.cut_off(&late);
    }

    /// Whose home feeds the posts among these events may be in.
    async fn followers(&self, events: &[Event]) -> Result<Vec<Follows>, StoreError> {
        let posts = events.iter().filter(|event| event.kind == Kind::PostAdded);
        let authors: Vec<_> = posts.filter_map(|event| event.person).collect();
        let among = if authors.is_empty() { Vec::new() } else { self.home_feeds() };
        if among.is_empty() { Ok(Vec::new()) } else { delivery::followers(&self.own, &authors, &among).await }
    }

    /// Those of the candidates who may know, with what they see, in the order of the events.
    async fn admitted(
        &self,
        db: &Db,
        from: &Position,
        batch: &Batch,
        candidates: &[Candidate],
    ) -> Result<Admitted, StoreError> {
        let judged = Instant::now();
        // Each once, for however many it is.
        let mut told: BTreeMap<usize, (Arc<Event>, Arc<Position>)> = BTreeMap::new();
        for candidate in candidates {
            let event = &batch.events[candidate.event];
            told.entry(candidate.event)
                .or_insert_with(|| (Arc::new(event.clone()), Arc::new(batch.behind(from, event))));
        }
        let (mut admitted, mut failed) = (Vec::new(), Vec::new());
        let mut parts: Vec<_> = vec![candidates];
        while let Some(candidates) = parts.pop() {
            let news = match self.ask(db, &batch.events, candidates).await {
                Ok(news) => news,
                // What one of them watches cannot be asked for. The others are not to suffer from it.
                Err(StoreError::Failed(_)) if candidates.len() > 1 => {
                    let (one, other) = candidates.split_at(candidates.len() / 2);
                    parts.extend([one, other]);
                    continue;
                }
                Err(cause @ StoreError::Failed(_)) => {
                    failed.extend(candidates.first().map(|candidate| (candidate.key, cause)));
                    continue;
                }
                // The database is away, or something stands in the way: later, all of it.
                Err(cause) => return Err(cause),
            };
            for (key, news) in news {
                let Some(candidate) = usize::try_from(key).ok().and_then(|key| candidates.get(key)) else { continue };
                let (event, behind) = told[&candidate.event].clone();
                admitted.push((candidate.event, candidate.key, Delivery { news, event, judged, behind }));
            }
        }
        admitted.sort_by_key(|(event, ..)| *event);
        let deliveries = admitted.into_iter().map(|(_, key, delivery)| (key, delivery)).collect();
        Ok(Admitted { deliveries, failed })
    }

    /// Asks for each kind of news who may know it: one statement for all. Answers places in `candidates`.
    async fn ask(&self, db: &Db, events: &[Event], candidates: &[Candidate]) -> Result<Vec<(i32, News)>, StoreError> {
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
            let rows = geo::to_watchers(db, now, &watches.all, &standing).await?;
            news.extend(rows.into_iter().map(|one| {
                let event = of(one.key);
                (one.key, News::Beacon(event.kind, event.subject, Some(Box::new(one.row))))
            }));
        }
        if !ended.is_empty() {
            let rows = geo::to_watchers_of_ended(db, now, &watches.all, &ended).await?;
            news.extend(rows.into_iter().map(|one| {
                let event = of(one.key);
                (one.key, News::Beacon(event.kind, event.subject, None))
            }));
        }
        if !posts.is_empty() {
            let rows = delivery::to_home_feeds(db, now, &posts).await?;
            news.extend(rows.into_iter().map(|one| (one.key, News::Post(Box::new(one.row)))));
        }
        if !notifications.is_empty() {
            let rows = delivery::to_recipients(db, now, &notifications).await?;
            news.extend(rows.into_iter().map(|one| (one.key, News::Notification(Box::new(one.row)))));
        }
        Ok(news)
    }
}

/// What subscribers may know.
struct Admitted {
    /// By the numbers of the subscriptions, in the order of the events.
    deliveries: Vec<(u32, Delivery)>,
    /// Those for whom it cannot be asked, and why.
    failed: Vec<(u32, StoreError)>,
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

/// What of this somebody may still know, as it is by now, in the places of what it was.
pub(super) async fn judged_again(
    hub: &Hub,
    identity: Identity,
    watch: Option<&Arc<geo::Watch>>,
    deliveries: &[&Delivery],
) -> Result<Vec<Option<Delivery>>, StoreError> {
    let judged = Instant::now();
    let events: Vec<_> = deliveries.iter().map(|delivery| (*delivery.event).clone()).collect();
    let candidates: Vec<_> =
        (0..events.len()).map(|event| Candidate { event, key: 0, identity, watch: watch.cloned() }).collect();
    let mut again: Vec<_> = deliveries.iter().map(|_| None).collect();
    for (key, news) in hub.ask(&hub.db, &events, &candidates).await? {
        if let Some((place, before)) = usize::try_from(key).ok().and_then(|key| Some((key, deliveries.get(key)?))) {
            let (event, behind) = (Arc::clone(&before.event), Arc::clone(&before.behind));
            again[place] = Some(Delivery { news, event, judged, behind });
        }
    }
    Ok(again)
}

/// What somebody has missed who was at `after` and is at `until` now; none, when it is too much.
pub(super) async fn missed(
    hub: &Hub,
    db: &Db,
    identity: Identity,
    wanted: Wanted,
    after: Position,
    until: &Snapshot,
) -> Result<Option<Vec<Delivery>>, StoreError> {
    let (mut missed, mut at) = (Vec::new(), after);
    for _ in 0..MISSED_ROUNDS {
        // First the rest of the round in which the reader was, then all up to now.
        let is_last = at.round.as_ref().is_none_or(|(upto, _)| upto == until);
        at.round.get_or_insert_with(|| (until.clone(), (0, 0)));
        let batch = event::read(db, &at, BATCH).await?;
        let candidates = wanted.among(&batch.events, identity);
        let Admitted { deliveries, failed } = hub.admitted(db, &at, &batch, &candidates).await?;
        if let Some((_, cause)) = failed.into_iter().next() {
            return Err(cause);
        }
        missed.extend(deliveries.into_iter().map(|(_, delivery)| delivery));
        if missed.len() > MISSED {
            return Ok(None);
        }
        if is_last && batch.next.round.is_none() {
            return Ok(Some(missed));
        }
        at = batch.next;
    }
    Ok(None)
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
            Self::Notifications => {
                event.kind == Kind::Notified && event.person.is_some() && event.person == identity.viewer.id()
            }
        };
        let wanted = events.iter().enumerate().filter(|(_, event)| is_wanted(event));
        wanted.map(|(event, _)| Candidate { event, key: 0, identity, watch: watch.clone() }).collect()
    }
}
