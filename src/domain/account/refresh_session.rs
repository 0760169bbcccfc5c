use super::{Session, session::hash_of_token};
use crate::{
    domain::{Domain, Failure, RefusalCode},
    store,
};

impl Domain {
    /// Spends a refresh token for the next pair. A token that comes a second time has been stolen, from its owner or by
    /// him: the session ends, and with it everything that was issued in it.
    pub async fn refresh_session(&self, refresh_token: &str) -> Result<Session, Failure> {
        let hash = hash_of_token(refresh_token);
        self.db
            .retrying(|| async {
                let now = self.now();
                let tx = self.db.begin().await?;
                let token = store::account::lock_refresh_token(&tx, &hash).await?.ok_or_else(refused)?;
                if token.spent_at.is_some() {
                    store::account::end_session(&tx, token.session_id, now).await?;
                    tx.commit().await?;
                    return Err(refused());
                }
                if !token.is_good(now) || token.state != "active" {
                    return Err(refused());
                }
                store::account::spend_refresh_token(&tx, &hash, now).await?;
                let session = self.continue_session(&tx, token.session_id, token.profile_id).await?;
                tx.commit().await?;
                Ok(session)
            })
            .await
    }
}

fn refused() -> Failure {
    Failure::refused(RefusalCode::BadCredentials, "refreshToken", "this token is not good, sign in again")
}
