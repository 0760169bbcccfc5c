//! Live transport: GraphQL over WebSocket ([`socket`], [`protocol`]) and over server-sent events ([`sse`]).

mod protocol;
pub mod socket;
pub mod sse;

use std::{sync::Arc, time::Duration};

use async_graphql::parser::types::OperationType;
use futures_util::{
    StreamExt,
    stream::{self, BoxStream},
};
use tokio::time::timeout;

use super::{State, addresses::Addresses};
use crate::{
    domain::live::Signals,
    graphql::{self, Charged, Live as Listening, Operation, Outcome, ViewerContext},
};

/// How live connections are set up.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// Connections at most.
    pub connections: usize,
    /// Connections from an address at most.
    pub connections_of_address: usize,
    /// Operations at the same time on a connection at most.
    pub operations: usize,
    /// The largest message that is taken, in bytes.
    pub max_message_bytes: usize,
    /// How long a client may take to introduce itself.
    pub init_timeout: Duration,
    /// How often an idle connection gives a sign of life.
    pub heartbeat: Duration,
}

/// What all live connections share.
#[derive(Clone)]
pub struct Live {
    /// How they are set up.
    pub options: Options,
    /// Where they come from.
    pub addresses: Arc<Addresses>,
}

impl Live {
    /// Nobody is connected yet.
    #[must_use]
    pub fn new(options: Options) -> Self {
        Self { options, addresses: Arc::new(Addresses::new(options.connections_of_address, options.connections)) }
    }
}

/// Executes an operation. A query or a mutation has as long as one that is a request of its own.
fn execute(
    state: &State,
    operation: Operation,
    vc: ViewerContext,
    live: Listening,
    charged: Charged,
) -> BoxStream<'static, Outcome> {
    let kind = operation.kind;
    let mut outcomes = state.api.execute_stream(operation, vc, live, charged);
    if kind == OperationType::Subscription {
        return outcomes;
    }
    let time = state.options.timeout;
    let answer = async move {
        let late = |_| Some(Outcome::Refused(vec![graphql::too_slow()]));
        timeout(time, outcomes.next()).await.unwrap_or_else(late)
    };
    stream::once(answer).filter_map(std::future::ready).boxed()
}

/// Waits until something changes that a connection has to heed.
async fn heard(signals: &mut tokio::sync::watch::Receiver<Signals>) -> Signals {
    match signals.changed().await {
        Ok(()) => *signals.borrow_and_update(),
        // The hub keeps the other end as long as there is a connection.
        Err(_) => std::future::pending().await,
    }
}

/// How long a token is good from now.
fn time_left(domain: &crate::domain::Domain, admission: &crate::domain::account::Admission) -> Duration {
    // Longer than any token lives, and short enough for every clock.
    const LONG: Duration = Duration::from_hours(24 * 365);
    admission.expires_at.map_or(LONG, |at| domain.until(at).min(LONG))
}
