use super::{Session, sign_up::check_password};
use crate::{
    domain::{Domain, Error, Failure},
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
        let confirmed = self.confirm(me, "currentPassword", current).await?;
        let hash = self.passwords.hash(new).await?;
        self.db
            .retrying(|| async {
                let tx = self.db.begin().await?;
                self.lock_confirmed(&tx, me, "currentPassword", &confirmed).await?;
                store::account::set_password(&tx, me, hash.clone()).await?;
                store::account::end_all_sessions(&tx, me, self.now()).await?;
                let session = self.begin_session(&tx, me).await?;
                tx.commit().await?;
                Ok(session)
            })
            .await
    }
}
