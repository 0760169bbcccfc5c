//! PostgreSQL's LISTEN and NOTIFY: that there is something to read, and nothing else.

use sea_orm::sqlx::postgres::PgListener;

use super::{StoreError, bulk::of_sqlx, db::Executor, sql::Sql};

const CHANNEL: &str = "sojorn_events";

/// Tells every server on the database that there may be events to read.
///
/// By a statement of its own and not by the trigger that writes the event: transactions that notify commit one after the
/// other.
pub async fn announce(db: &impl Executor) -> Result<(), StoreError> {
    let mut sql = Sql::new("SELECT pg_notify('");
    sql.text(CHANNEL).text("', '')");
    db.execute(sql).await?;
    Ok(())
}

/// A connection that hears what others announce.
pub struct Listener(PgListener);

impl Listener {
    /// Begins to listen, on a connection beside those of the pool.
    pub async fn connect(url: &str) -> Result<Self, StoreError> {
        let mut listener = PgListener::connect(url).await.map_err(of_sqlx)?;
        listener.listen(CHANNEL).await.map_err(of_sqlx)?;
        Ok(Self(listener))
    }

    /// Waits until something is announced, or the connection was lost and is there again: then something may have been
    /// missed, so that it is time to look, too.
    pub async fn heard(&mut self) -> Result<(), StoreError> {
        // `Ok(None)`: it is there again.
        self.0.try_recv().await.map(|_| ()).map_err(of_sqlx)
    }
}
