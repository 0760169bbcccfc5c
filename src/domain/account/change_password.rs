use super::{Session, passwords::Verdict, sign_up::check_password};
use crate::{
    domain::{Domain, Error, Failure, RefusalCode},
    policy::Viewer,
    store,
};

impl Domain {
    /// Replaces the viewer's password, ends every session, and begins a new one.
    pub async fn change_password(&self, viewer: Viewer, current: String, new: String) -> Result<Session, Failure> {
        let me = viewer.id().ok_or(Error::Unauthenticated)?;
        let mut refusals = Vec::new();
        check_password("newPassword", &new, &mut refusals);
        if !refusals.is_empty() {
            return Err(Failure::Refused(refusals));
        }
        let login = store::account::of_profile(&self.db, me).await?;
        let stored = login.map(|login| login.password_hash);
        if self.passwords.verify(current, stored.clone()).await?.0 == Verdict::Wrong {
            return Err(Failure::refused(RefusalCode::BadCredentials, "currentPassword", "this is not your password"));
        }
        let hash = self.passwords.hash(new).await?;
        self.db
            .retrying(|| async {
                let tx = self.db.begin().await?;
                let hash_now = store::account::lock_active(&tx, me).await?.ok_or(Error::Unauthenticated)?;
                // Of two changes at once, the second was checked against a password that is gone.
                if Some(hash_now) != stored {
                    return Err(Failure::refused(
                        RefusalCode::Conflict,
                        "currentPassword",
                        "the password has just been changed",
                    ));
                }
                store::account::set_password(&tx, me, hash.clone()).await?;
                store::account::end_all_sessions(&tx, me, self.now()).await?;
                let session = self.begin_session(&tx, me).await?;
                tx.commit().await?;
                Ok(session)
            })
            .await
    }
}
