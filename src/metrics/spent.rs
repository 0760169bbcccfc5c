//! What one operation costs the database. Statements are sent by the task that executes the operation, so they can be
//! counted without anybody in between knowing of it.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use futures_util::{Stream, StreamExt, stream::poll_fn};
use tokio::task_local;
use tracing::Span;

task_local! {
    static SPENT: Arc<Spent>;
}

/// Statements, and how long they took.
#[derive(Debug, Default)]
pub struct Spent {
    statements: AtomicU64,
    micros: AtomicU64,
}

impl Spent {
    pub(super) fn add(&self, elapsed: Duration) {
        self.statements.fetch_add(1, Ordering::Relaxed);
        self.micros.fetch_add(u64::try_from(elapsed.as_micros()).unwrap_or(u64::MAX), Ordering::Relaxed);
    }

    /// How many.
    #[must_use]
    pub fn statements(&self) -> u64 {
        self.statements.load(Ordering::Relaxed)
    }

    /// How long all of them together took.
    #[must_use]
    pub fn time(&self) -> Duration {
        Duration::from_micros(self.micros.load(Ordering::Relaxed))
    }
}

/// Does some work, and adds what it costs to this account.
pub async fn accounted<T>(account: Arc<Spent>, work: impl Future<Output = T>) -> T {
    SPENT.scope(account, work).await
}

/// Looks at the account of the work that is done, if there is one.
pub fn spent(look: impl FnOnce(&Spent)) {
    let _ = SPENT.try_with(|account| look(account));
}

/// As [`accounted`], for what answers several times; all of it within a span.
pub fn accounted_stream<S: Stream + Unpin>(
    account: Arc<Spent>,
    span: Span,
    mut stream: S,
) -> impl Stream<Item = S::Item> {
    poll_fn(move |context| {
        let _within = span.enter();
        SPENT.sync_scope(Arc::clone(&account), || stream.poll_next_unpin(context))
    })
}
