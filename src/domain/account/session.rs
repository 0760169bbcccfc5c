use chrono::{DateTime, TimeDelta, Utc};
use entity::{ProfileId, SessionId};
use sha2::{Digest, Sha256};

use crate::{
    domain::{Domain, Failure},
    policy::Viewer,
    store::{self, Tx},
};

/// How long a refresh token is good.
const REFRESH_TOKEN_LIFE: TimeDelta = TimeDelta::days(30);

/// What a person holds after signing in.
#[derive(Clone, Debug)]
pub struct Session {
    /// Says who is asking, for a quarter of an hour.
    pub access_token: String,
    /// When the access token runs out.
    pub access_token_expires_at: DateTime<Utc>,
    /// Gets the next session, once.
    pub refresh_token: String,
    /// Who signed in.
    pub viewer: Viewer,
}

impl Domain {
    /// Begins a session. The caller holds the account's lock.
    pub(super) async fn begin_session(&self, tx: &Tx, profile: ProfileId) -> Result<Session, Failure> {
        let now = self.now();
        let id = SessionId(self.random.time_ordered_id(now));
        store::account::insert_session(tx, id, profile, now).await?;
        self.continue_session(tx, id, profile).await
    }

    /// Issues the next pair of tokens of a session.
    pub(super) async fn continue_session(
        &self,
        tx: &Tx,
        id: SessionId,
        profile: ProfileId,
    ) -> Result<Session, Failure> {
        let now = self.now();
        let refresh_token = self.random.key();
        let hash = hash_of_token(&refresh_token);
        store::account::insert_refresh_token(tx, &hash, id, now, now + REFRESH_TOKEN_LIFE).await?;
        let (access_token, claims) = self.access_token(profile, Some(id))?;
        Ok(Session {
            access_token,
            access_token_expires_at: claims.expires_at,
            refresh_token,
            viewer: Viewer::person(profile),
        })
    }
}

/// What is kept of a refresh token. It has 256 random bits, so a plain hash is enough.
pub(super) fn hash_of_token(token: &str) -> Vec<u8> {
    Sha256::digest(token.as_bytes()).to_vec()
}
