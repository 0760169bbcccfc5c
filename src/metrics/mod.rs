//! Numbers about what the server does, for those who watch it, as Prometheus reads them.
//!
//! No label holds anything that a client can choose: operations are named by the root fields of the schema, or by the
//! names in the manifest. So there are as many series after a million requests as after a thousand, and none is anybody's.

mod spent;

use std::{sync::atomic::AtomicU64, time::Duration};

use prometheus_client::{
    encoding::{EncodeLabelSet, text::encode},
    metrics::{counter::Counter, family::Family, gauge::Gauge, histogram::Histogram},
    registry::{Registry, Unit},
};

pub use self::spent::{Spent, accounted, accounted_stream, spent};

/// What kind of operation it is, and what it asks.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct Operation {
    /// A root field, or a name from the manifest.
    pub operation: String,
    /// `query`, `mutation`, `subscription`.
    pub kind: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Ended {
    operation: String,
    kind: &'static str,
    outcome: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct ByCode {
    code: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct ByBudget {
    budget: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct ByKind {
    kind: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct BySource {
    source: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OfPool {
    pool: &'static str,
    state: &'static str,
}

/// How an operation ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Without errors.
    Ok,
    /// With errors in fields, or with nothing else.
    Errors,
    /// By the client, or by the time that a request has.
    Left,
}

/// The numbers.
pub struct Metrics {
    registry: Registry,
    requests: Family<Ended, Counter>,
    request_seconds: Family<Operation, Histogram, fn() -> Histogram>,
    documents: Family<ByCode, Counter>,
    sql_seconds: Family<ByKind, Histogram, fn() -> Histogram>,
    budgets: Family<ByBudget, Counter>,
    reads: Family<BySource, Counter>,
    pools: Family<OfPool, Gauge>,
    /// Events that were put into queues.
    pub events: Counter,
    /// What it takes to read what has happened, and to tell everybody.
    pub event_round: Histogram,
    /// Who is connected.
    pub connections: Gauge,
    /// What they wait for.
    pub subscriptions: Gauge,
    /// Connections that were turned away, since there were too many.
    pub turned_away: Counter,
    /// Passwords that are hashed, or wait for that.
    pub passwords: Gauge,
    /// Seconds that the replica is behind at least; 0 when it serves.
    pub replica_lag: Gauge<f64, AtomicU64>,
}

/// From a millisecond to as long as a request may take.
const SECONDS: [f64; 12] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0];

fn seconds() -> Histogram {
    Histogram::new(SECONDS)
}

impl Default for Metrics {
    fn default() -> Self {
        let mut metrics = Self {
            registry: Registry::with_prefix("sojorn"),
            requests: Family::default(),
            request_seconds: Family::new_with_constructor(seconds),
            documents: Family::default(),
            sql_seconds: Family::new_with_constructor(seconds),
            budgets: Family::default(),
            reads: Family::default(),
            pools: Family::default(),
            events: Counter::default(),
            event_round: seconds(),
            connections: Gauge::default(),
            subscriptions: Gauge::default(),
            turned_away: Counter::default(),
            passwords: Gauge::default(),
            replica_lag: Gauge::default(),
        };
        metrics.register();
        metrics
    }
}

impl Metrics {
    fn register(&mut self) {
        let all = &mut self.registry;
        all.register("requests", "Operations that have ended", self.requests.clone());
        let help = "How long operations took, subscriptions aside";
        all.register_with_unit("request", help, Unit::Seconds, self.request_seconds.clone());
        all.register("documents_refused", "Documents that were not executed", self.documents.clone());
        all.register_with_unit("sql", "How long statements took", Unit::Seconds, self.sql_seconds.clone());
        all.register("budget_refusals", "What was refused because a budget is spent", self.budgets.clone());
        let help = "Reads that a replica may answer, by who answered";
        all.register("replica_reads", help, self.reads.clone());
        let help = "How long the replica has been behind or away; 0 when it serves";
        all.register_with_unit("replica_lag", help, Unit::Seconds, self.replica_lag.clone());
        all.register("pool_connections", "Connections to databases", self.pools.clone());
        all.register("events_delivered", "Events that were put into queues", self.events.clone());
        let help = "How long it took to read what has happened and to tell everybody";
        all.register_with_unit("event_round", help, Unit::Seconds, self.event_round.clone());
        all.register("live_connections", "Sockets and streams of events", self.connections.clone());
        all.register("subscriptions", "Subscriptions that wait", self.subscriptions.clone());
        let help = "Connections that were turned away, in all or of an address being too many";
        all.register("connections_turned_away", help, self.turned_away.clone());
        all.register("passwords", "Passwords that are hashed, or wait for that", self.passwords.clone());
    }

    /// An operation has ended.
    pub fn operation(&self, operation: &Operation, outcome: Outcome, elapsed: Duration) {
        let Operation { operation: name, kind } = operation.clone();
        let outcome = match outcome {
            Outcome::Ok => "ok",
            Outcome::Errors => "errors",
            Outcome::Left => "left",
        };
        self.requests.get_or_create(&Ended { operation: name, kind, outcome }).inc();
        // How long somebody listens is no measure of the server.
        if kind != "subscription" {
            self.request_seconds.get_or_create(operation).observe(elapsed.as_secs_f64());
        }
    }

    /// A document was refused, with one of the documented codes.
    pub fn refused(&self, code: &str) {
        self.documents.get_or_create(&ByCode { code: code.to_owned() }).inc();
    }

    /// A budget is spent.
    pub fn overspent(&self, budget: &'static str) {
        self.budgets.get_or_create(&ByBudget { budget }).inc();
    }

    /// A statement has ended.
    pub fn statement(&self, kind: &'static str, elapsed: Duration) {
        self.sql_seconds.get_or_create(&ByKind { kind }).observe(elapsed.as_secs_f64());
        spent(|spent| spent.add(elapsed));
    }

    /// Somebody has answered what a replica may answer.
    pub fn read(&self, source: &'static str) {
        self.reads.get_or_create(&BySource { source }).inc();
    }

    /// How many connections a pool has.
    pub fn pool(&self, pool: &'static str, busy: usize, idle: usize) {
        for (state, connections) in [("busy", busy), ("idle", idle)] {
            let connections = i64::try_from(connections).unwrap_or(i64::MAX);
            self.pools.get_or_create(&OfPool { pool, state }).set(connections);
        }
    }

    /// All of them, as text.
    #[must_use]
    pub fn text(&self) -> String {
        let mut text = String::new();
        // Writing to a string cannot fail.
        let _ = encode(&mut text, &self.registry);
        text
    }
}

impl std::fmt::Debug for Metrics {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Metrics")
    }
}
