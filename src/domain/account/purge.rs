use chrono::{DateTime, TimeDelta, Utc};
use entity::ProfileId;

use crate::{
    domain::{Domain, Error},
    store::{self, StoreError},
};

/// What a purge has done.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Purged {
    /// People of whom nothing is left.
    pub removed: u64,
    /// People who could not be removed. The log says why, and not who.
    pub failed: u64,
}

/// How long notifications are kept.
const NOTIFICATIONS_KEPT: TimeDelta = TimeDelta::days(180);

impl Domain {
    /// Removes everything of those whose time to come back has passed, each in a transaction of its own, and then forgets
    /// old notifications and requests that are not repeated any more. Several purges at once pass over each other's rows.
    pub async fn purge(&self) -> Result<Purged, Error> {
        let now = self.now();
        let mut purged = Purged::default();
        let mut last = None;
        loop {
            let due = store::ending::due(&self.db, now, last).await?;
            let Some(next) = due.last() else { break };
            last = Some(*next);
            for person in due {
                match self.db.retrying(|| self.remove(person.id, now)).await {
                    Ok(true) => purged.removed += 1,
                    Ok(false) => {}
                    Err(cause @ StoreError::Unavailable(_)) => return Err(cause.into()),
                    Err(cause) => {
                        tracing::error!(%cause, "an account could not be removed");
                        purged.failed += 1;
                    }
                }
            }
        }
        self.forget_notifications(now).await;
        self.forget_repeatable().await;
        Ok(purged)
    }

    /// Forgets old notifications. Where that cannot be done now, the next purge does it.
    async fn forget_notifications(&self, now: DateTime<Utc>) {
        loop {
            match store::notification::forget_old(&self.db, now - NOTIFICATIONS_KEPT).await {
                Ok(true) => {}
                Ok(false) => return,
                Err(cause) => return tracing::warn!(%cause, "old notifications could not be forgotten"),
            }
        }
    }

    /// Removes everything of a person, unless the person has come back meanwhile.
    async fn remove(&self, person: ProfileId, now: DateTime<Utc>) -> Result<bool, StoreError> {
        let tx = self.db.begin().await?;
        if !store::ending::lock_due(&tx, person, now).await? {
            return Ok(false);
        }
        store::geo::forget_allowance(&tx, &self.allowance_of(person)).await?;
        store::ending::remove(&tx, person).await?;
        tx.commit().await?;
        Ok(true)
    }
}
