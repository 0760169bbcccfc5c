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
                let owner = token.as_ref().map(|token| token.profile_id).or(viewer.id());
                match (&token, owner) {
                    (_, Some(owner)) if everywhere => store::account::end_all_sessions(&tx, owner, now).await?,
                    (Some(token), _) => store::account::end_session(&tx, token.session_id, now).await?,
                    _ => {}
                }
                tx.commit().await?;
                Ok(())
            })
            .await
    }
}
