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
use tokio::{sync::mpsc, task::JoinSet, time::timeout};
use tracing::Instrument;

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
    let outcomes = state.api.execute_stream(operation, vc, live, charged);
    apart(if kind == OperationType::Subscription { outcomes } else { in_time(outcomes, state.options.timeout) })
}

/// The answer to a query or a mutation, or that it is late.
fn in_time(mut outcomes: BoxStream<'static, Outcome>, time: Duration) -> BoxStream<'static, Outcome> {
    let answer = async move {
        let late = |_| Some(Outcome::Refused(vec![graphql::too_slow()]));
        timeout(time, outcomes.next()).await.unwrap_or_else(late)
    };
    stream::once(answer).filter_map(std::future::ready).boxed()
}

/// Lets an operation go on in a task of its own, one answer ahead of whoever takes them. A connection often waits for
/// something else, be it a client that does not read: an operation that stood still meanwhile would hold what it has of the
/// database. Ends with what is returned.
fn apart(mut outcomes: BoxStream<'static, Outcome>) -> BoxStream<'static, Outcome> {
    // In a box, for a channel makes room for many at once.
    let (places, taken) = mpsc::channel(1);
    let mut task = JoinSet::new();
    let work = async move {
        while let Ok(place) = places.reserve().await {
            let Some(outcome) = outcomes.next().await else { break };
            place.send(Box::new(outcome));
        }
    };
    task.spawn(work.in_current_span());
    let next = |(mut taken, mut task): (mpsc::Receiver<Box<Outcome>>, JoinSet<()>)| async move {
        if let Some(outcome) = taken.recv().await {
            return Some((*outcome, (taken, task)));
        }
        let ended = task.join_next().await?;
        ended.is_err().then(|| (Outcome::Refused(vec![graphql::failed("an operation panicked")]), (taken, task)))
    };
    stream::unfold((taken, task), next).boxed()
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

#[cfg(test)]
mod tests {
    use super::*;

    fn refused() -> Outcome {
        Outcome::Refused(Vec::new())
    }

    #[tokio::test]
    async fn an_operation_is_one_answer_ahead() {
        let (told, mut begun) = mpsc::unbounded_channel();
        let tells = stream::iter(0..9).map(move |at| {
            told.send(at).unwrap();
            refused()
        });
        let mut answers = apart(tells.boxed());
        assert_eq!(begun.recv().await, Some(0));
        tokio::task::yield_now().await;
        assert!(begun.try_recv().is_err(), "two are made for nobody");
        assert_eq!((&mut answers).count().await, 9);
    }

    #[tokio::test]
    async fn an_operation_that_panics_ends_with_an_error() {
        let answers = apart(stream::once(async { panic!("nobody thought of this") }).boxed());
        let answers: Vec<_> = answers.collect().await;
        let [Outcome::Refused(errors)] = &answers[..] else { panic!("{answers:?}") };
        assert_eq!(graphql::code_of(&errors[0]), Some("INTERNAL_SERVER_ERROR"));
    }

    #[tokio::test]
    async fn an_operation_ends_with_whoever_asked() {
        let (held, gone) = tokio::sync::oneshot::channel::<()>();
        let endless = stream::once(async move {
            let _held = held;
            std::future::pending().await
        });
        let answers = apart(endless.boxed());
        tokio::task::yield_now().await;
        drop(answers);
        assert!(timeout(Duration::from_secs(5), gone).await.unwrap().is_err());
    }
}
