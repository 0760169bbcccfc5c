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
use tokio::{
    sync::{Semaphore, mpsc},
    task::JoinSet,
    time::timeout,
};
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

/// Lets an operation go on in a task of its own until it has its first answer, and then again whenever the next is asked for:
/// whoever asks has told the last, or written it ahead. A connection often waits for something else, be it a client that does not read: an
/// operation that stood still meanwhile would hold what it has of the database. Ends with what is returned.
fn apart(mut outcomes: BoxStream<'static, Outcome>) -> BoxStream<'static, Outcome> {
    // In a box, for a channel makes room for many at once.
    let (answers, taken) = mpsc::channel(1);
    let wanted = Arc::new(Semaphore::new(0));
    let (asked, mut task) = (Arc::clone(&wanted), JoinSet::new());
    let work = async move {
        while let Some(outcome) = outcomes.next().await {
            if answers.send(Box::new(outcome)).await.is_err() {
                break;
            }
            // Closed by nobody.
            let Ok(asked) = asked.acquire().await else { break };
            asked.forget();
        }
    };
    task.spawn(work.in_current_span());
    let next = move |(mut taken, mut task, is_first): (mpsc::Receiver<Box<Outcome>>, JoinSet<()>, bool)| {
        let wanted = Arc::clone(&wanted);
        async move {
            if !is_first {
                wanted.add_permits(1);
            }
            if let Some(outcome) = taken.recv().await {
                return Some((*outcome, (taken, task, false)));
            }
            let ended = task.join_next().await?;
            let failed = || Outcome::Refused(vec![graphql::failed("an operation panicked")]);
            ended.is_err().then(|| (failed(), (taken, task, false)))
        }
    };
    stream::unfold((taken, task, true), next).boxed()
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
    async fn an_answer_is_made_when_the_last_is_told() {
        let (told, mut begun) = mpsc::unbounded_channel();
        let tells = stream::iter(0..9).map(move |at| {
            told.send(at).unwrap();
            refused()
        });
        let mut answers = apart(tells.boxed());
        for at in 0..9 {
            // The first without being asked for.
            if at > 0 {
                assert!(timeout(Duration::from_millis(20), begun.recv()).await.is_err(), "it was not asked for");
                assert!(answers.next().await.is_some());
                tokio::task::yield_now().await;
                let _ = futures_util::poll!(answers.next());
            }
            assert_eq!(begun.recv().await, Some(at));
        }
        assert_eq!(answers.count().await, 1);
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
