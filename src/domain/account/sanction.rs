use crate::{
    domain::{Domain, Failure},
    store,
};

/// What an operator does about an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sanction {
    /// For a while.
    Suspend,
    /// For good.
    Ban,
    /// Neither any longer.
    Restore,
}

impl Domain {
    /// Suspends, bans or restores the account with this handle. Suspended or banned, it and all that it has made exist
    /// for nobody, and its sessions are over; restored, all of it but the sessions is back. Answers false when there is no
    /// such account, or none to restore.
    pub async fn sanction(&self, handle: &str, sanction: Sanction) -> Result<bool, Failure> {
        self.db
            .retrying(|| async {
                let tx = self.db.begin().await?;
                let (state, from) = match sanction {
                    Sanction::Suspend => ("suspended", &["active", "suspended", "banned", "deactivated"][..]),
                    Sanction::Ban => ("banned", &["active", "suspended", "banned", "deactivated"][..]),
                    Sanction::Restore => ("active", &["suspended", "banned"][..]),
                };
                let Some(id) = store::account::set_state(&tx, handle, state, from).await? else { return Ok(false) };
                if sanction != Sanction::Restore {
                    store::account::end_all_sessions(&tx, id, self.now()).await?;
                }
                tx.commit().await?;
                Ok(true)
            })
            .await
    }
}
