use entity::ProfileId;

use crate::{
    domain::{Domain, Failure},
    store::{self, account::Named},
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

/// What came of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Sanctioned {
    /// The account is in this state now.
    Done(String),
    /// There is no such account, or none to restore.
    NoAccount,
    /// The handle may mean several accounts (adopted ones, whose handles differ by case alone), and is none of theirs as
    /// it is written.
    Ambiguous(Vec<String>),
}

impl Domain {
    /// Suspends, bans or restores the account with this handle. Suspended or banned, it and all that it has made exist
    /// for nobody, and its sessions are over; restored, all of it but the sessions is back, unless its owner has asked for
    /// its deletion before.
    pub async fn sanction(&self, handle: &str, sanction: Sanction) -> Result<Sanctioned, Failure> {
        self.db
            .retrying(|| async {
                let tx = self.db.begin().await?;
                let named = store::account::named(&tx, handle).await?;
                let id = match meant(&named, handle) {
                    Some(id) => id,
                    None if named.is_empty() => return Ok(Sanctioned::NoAccount),
                    None => return Ok(Sanctioned::Ambiguous(named.into_iter().map(|named| named.handle).collect())),
                };
                let state = match sanction {
                    Sanction::Suspend => store::ending::shut(&tx, id, "suspended").await?,
                    Sanction::Ban => store::ending::shut(&tx, id, "banned").await?,
                    Sanction::Restore => store::ending::restore(&tx, id).await?,
                };
                let Some(state) = state else { return Ok(Sanctioned::NoAccount) };
                if sanction != Sanction::Restore {
                    store::account::end_all_sessions(&tx, id, self.now()).await?;
                }
                tx.commit().await?;
                // The command is a process of its own. A server that does not hear it looks by itself a little later.
                let _ = store::notify::announce(&self.db).await;
                Ok(Sanctioned::Done(state))
            })
            .await
    }
}

/// Whom a handle means: the one who writes it so, or else the only one. Whatever is done to one of several must not reach
/// another the next time.
fn meant(named: &[Named], handle: &str) -> Option<ProfileId> {
    let exact: Vec<_> = named.iter().filter(|named| named.handle == handle).collect();
    match (exact.as_slice(), named) {
        ([one], _) => Some(one.id),
        ([], [only]) => Some(only.id),
        _ => None,
    }
}
