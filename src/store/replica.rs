//! A database that follows the first one, to read from.
//!
//! It answers as of the moment of the request, or not at all: before it is asked, it has to have all that the first one had
//! committed when the request came. So nobody is shown what was hidden from him a moment ago, and everybody sees what he
//! has just written, through whatever server. That is asked in rounds, each for all who wait.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use sea_orm::FromQueryResult;
use tokio::{
    sync::{Notify, watch},
    time::{Instant, sleep, timeout},
};

use super::{Db, Executor, StoreError, db::Options, sql::Sql};

/// How often it is looked where the replica is, when nobody asks.
const LOOK: Duration = Duration::from_secs(1);
/// How long until it is asked again whether it has come that far.
const STEP: Duration = Duration::from_millis(1);

/// A database to read from.
#[derive(Clone, Debug)]
pub struct ReplicaOptions {
    /// How to reach it.
    pub database: Options,
    /// How far behind it may be: who asks waits so long for it, once.
    pub lag: Duration,
}

/// A database that follows another one.
#[derive(Clone, Debug)]
pub struct Replica(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    db: Db,
    /// Asks where the replica is, however busy the others are.
    scout: Db,
    lag: Duration,
    /// Rounds that have begun.
    begun: AtomicU64,
    wanted: Notify,
    standing: watch::Sender<Standing>,
}

/// How the replica stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Standing {
    /// The last round at the end of which it had what the first database had at its beginning.
    round: u64,
    /// Whether the last round was such a one.
    is_near: bool,
    /// Whether nobody can say where it is, or it has been late for so long that it may as well be gone.
    is_lost: bool,
}

impl Standing {
    /// After a round: whether the replica had all in time (none: it had not), and how long ago it last had.
    fn after(round: u64, caught_up: Option<bool>, near_ago: Duration) -> Self {
        let is_near = caught_up == Some(true);
        Self { round, is_near, is_lost: !is_near && (caught_up.is_some() || near_ago > LOOK) }
    }
}

/// Who answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// The replica.
    Replica,
    /// The first database, since the replica is away or too far behind.
    Behind,
    /// The first database, since the replica has begun to answer and failed.
    Failed,
}

impl Replica {
    /// A replica that need not be there yet.
    pub async fn connect(options: &ReplicaOptions, primary: &Db) -> Result<Self, StoreError> {
        let db = primary.another_lazily(&options.database).await?;
        let scout = primary.another_lazily(&Options { max_connections: 1, ..options.database.clone() }).await?;
        Ok(Self(Arc::new(Inner {
            db,
            scout,
            lag: options.lag,
            begun: AtomicU64::default(),
            wanted: Notify::new(),
            standing: watch::Sender::default(),
        })))
    }

    /// The connections to it.
    #[must_use]
    pub fn db(&self) -> &Db {
        &self.0.db
    }

    /// Looks where it is, whenever somebody asks and each second, for ever.
    pub async fn follow(self, primary: Db) {
        let Self(inner) = self;
        let mut near_at = Instant::now();
        loop {
            // Whoever has asked before this is in the round.
            let round = inner.begun.fetch_add(1, Ordering::SeqCst) + 1;
            let caught_up = timeout(inner.lag, catch_up(&primary, &inner.scout)).await;
            let is_near = matches!(caught_up, Ok(Ok(true)));
            if is_near {
                near_at = Instant::now();
            }
            primary.metrics().replica_lag.set(if is_near { 0.0 } else { near_at.elapsed().as_secs_f64() });
            let in_time = caught_up.as_ref().ok().map(|caught_up| matches!(caught_up, Ok(true)));
            let standing = Standing::after(round, in_time, near_at.elapsed());
            let is_new = inner.standing.send_replace(standing).is_near != is_near;
            match caught_up {
                Ok(Ok(true)) if is_new => tracing::info!("the replica serves"),
                Ok(Err(cause)) if is_new => tracing::warn!(%cause, "the replica is away; the database serves"),
                _ if is_new => tracing::warn!("the replica is behind; the database serves"),
                _ => {}
            }
            let pause = timeout(LOOK, inner.wanted.notified());
            if is_near {
                let _ = pause.await;
            } else {
                sleep(inner.lag.min(LOOK)).await;
            }
        }
    }

    /// Reads from the replica, as of now; none when that is not possible.
    pub(super) async fn read<T, F>(&self, read: impl Fn(Db) -> F) -> (Option<T>, Source)
    where
        F: Future<Output = Result<T, StoreError>>,
    {
        let mut standing = self.0.standing.subscribe();
        let next = self.0.begun.load(Ordering::SeqCst) + 1;
        self.0.wanted.notify_one();
        let settled = standing.wait_for(|standing| standing.round >= next || !standing.is_near);
        // The round that is under way, and the next one.
        let settled = timeout(self.0.lag * 2 + LOOK, settled).await;
        if !settled.is_ok_and(|settled| settled.is_ok_and(|standing| standing.is_near)) {
            return (None, Source::Behind);
        }
        // One that is lost in the middle may keep silent for long. One that is only late goes on: what it reads from is right.
        let lost = standing.wait_for(|standing| standing.is_lost);
        tokio::select! {
            biased;
            answer = read(self.0.db.clone()) => match answer {
                Ok(answer) => (Some(answer), Source::Replica),
                Err(cause) => {
                    tracing::debug!(%cause, "the replica has failed");
                    (None, Source::Failed)
                }
            },
            _ = lost => (None, Source::Failed),
        }
    }
}

/// Waits until the replica has all that the first database has committed by now. Answers whether it is one.
async fn catch_up(primary: &Db, replica: &Db) -> Result<bool, StoreError> {
    let here = primary.one::<Place>(place(HERE)).await?;
    let Some(here) = here else { return Ok(false) };
    loop {
        // What was promoted, or follows another one, has a history of its own.
        let mut sql = Sql::new("SELECT pg_is_in_recovery() AND timeline = ");
        sql.bind(here.timeline)
            .text(" AND system = ")
            .bind(here.system)
            .text(" AS follows, pg_last_wal_replay_lsn() >= ");
        sql.bind(here.position.clone()).text("::text::pg_lsn AS has_all FROM (").text(HISTORY).text(") AS history");
        match replica.one::<There>(sql).await? {
            Some(There { follows: true, has_all: Some(true) }) => return Ok(true),
            Some(There { follows: true, .. }) => sleep(STEP).await,
            _ => return Ok(false),
        }
    }
}

/// What is visible has been flushed, unless commits do not wait for that.
const HERE: &str = "CASE current_setting('synchronous_commit') WHEN 'off' THEN pg_current_wal_insert_lsn()
    ELSE pg_current_wal_flush_lsn() END";
/// What the first database writes now: for minutes after it was promoted, its control file names the timeline of before.
const WRITES: &str = "SELECT ('x' || substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8))::bit(32)::int AS timeline,
    system_identifier AS system FROM pg_control_system()";
/// What the replica has reached a checkpoint of.
const HISTORY: &str = "SELECT timeline_id AS timeline, system_identifier AS system
    FROM pg_control_checkpoint(), pg_control_system()";

fn place(position: &str) -> Sql {
    let mut sql = Sql::new("SELECT (");
    sql.text(position).text(")::text AS position, timeline, system FROM (").text(WRITES).text(") AS history");
    sql
}

#[derive(FromQueryResult)]
struct Place {
    position: String,
    timeline: i32,
    system: i64,
}

#[derive(FromQueryResult)]
struct There {
    follows: bool,
    has_all: Option<bool>,
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is being read goes on while the replica is late, and is given up when nobody knows whether it will answer.
    #[test]
    fn one_that_is_late_is_not_lost() {
        let after = |caught_up, near_ago| {
            let Standing { is_near, is_lost, .. } = Standing::after(1, caught_up, near_ago);
            (is_near, is_lost)
        };
        assert_eq!(after(Some(true), Duration::ZERO), (true, false));
        assert_eq!(after(None, LOOK), (false, false));
        assert_eq!(after(None, LOOK + STEP), (false, true));
        // It is no replica, or cannot be reached.
        assert_eq!(after(Some(false), Duration::ZERO), (false, true));
    }
}
