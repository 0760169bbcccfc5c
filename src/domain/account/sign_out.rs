use super::session::hash_of_token;
use crate::{
    domain::{Domain, Error, Failure},
    policy::Viewer,
    store,
};

impl Domain {
    /// Ends the session of a refresh token, or all sessions of its owner. Without a token, `everywhere` ends those of
    /// the viewer. A token that is not known, or whose session is over, is signed out already.
    pub async fn sign_out(&self, viewer: Viewer, refresh_token: Option<&str>, everywhere: bool) -> Result<(), Failure> {
        let hash = refresh_token.map(hash_of_token);
        if hash.is_none() && (viewer.id().is_none() || !everywhere) {
            return Err(match viewer.id() {
                None => Error::Unauthenticated.into(),
                Some(_) => Failure::refused(
                    crate::domain::RefusalCode::Invalid,
                    "refreshToken",
                    "say which session: its refresh token, or everywhere: true",
                ),
            });
        }
        self.db
            .retrying(|| async {
                let now = self.now();
                let tx = self.db.begin().await?;
                let token = match &hash {
                    Some(hash) => store::account::lock_refresh_token(&tx, hash).await?,
                    None => None,
                };
                match (&hash, &token) {
                    // A token that is no longer good speaks for nobody: an old one must not end what came after it.
                    (Some(_), Some(token)) if everywhere && token.is_good(now) => {
                        store::account::end_all_sessions(&tx, token.profile_id, now).await?;
                    }
                    (Some(_), Some(token)) if !everywhere => {
                        store::account::end_session(&tx, token.session_id, now).await?;
                    }
                    (None, _) => {
                        let me = viewer.id().ok_or(Error::Unauthenticated)?;
                        store::account::end_all_sessions(&tx, me, now).await?;
                    }
                    _ => {}
                }
                tx.commit().await?;
                Ok(())
            })
            .await
    }
}
