use chrono::{DateTime, TimeDelta, Utc};

use crate::{
    domain::{Domain, Error, Failure},
    policy::Viewer,
    store,
};

/// How long somebody can come back.
const GRACE: TimeDelta = TimeDelta::days(14);

impl Domain {
    /// Hides the viewer's account and all that it has made from everybody, ends its sessions, and answers from when on it
    /// is removed for good. Signing in before brings it back.
    pub async fn delete_account(&self, viewer: Viewer, password: String) -> Result<DateTime<Utc>, Failure> {
        let me = viewer.id().ok_or(Error::Unauthenticated)?;
        let confirmed = self.confirm(me, "password", password).await?;
        self.db
            .retrying(|| async {
                let now = self.now();
                let tx = self.db.begin().await?;
                self.lock_confirmed(&tx, me, "password", &confirmed).await?;
                store::ending::begin_waiting(&tx, me, now + GRACE).await?;
                store::account::end_all_sessions(&tx, me, now).await?;
                tx.commit().await?;
                Ok(now + GRACE)
            })
            .await
    }
}
