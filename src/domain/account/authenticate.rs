use chrono::{DateTime, DurationRound, TimeDelta, Utc};
use entity::{ProfileId, SessionId};

use super::tokens::{ACCESS_TOKEN_LIFE, Claims};
use crate::{
    domain::{Domain, Error, profile},
    policy::Viewer,
    store,
};

/// Who is let in by an access token, or without one.
#[derive(Clone, Copy, Debug)]
pub struct Admission {
    /// Who.
    pub viewer: Viewer,
    /// By which session, if the token names one.
    pub session: Option<SessionId>,
    /// Until when, if by a token.
    pub expires_at: Option<DateTime<Utc>>,
}

impl Admission {
    /// Nobody in particular.
    pub const SIGNED_OUT: Self = Self { viewer: Viewer::SIGNED_OUT, session: None, expires_at: None };
}

/// Why a token was not taken.
#[derive(Clone, Debug)]
pub enum Rejection {
    /// It is not genuine, not in force, or its account or session is over. No more is said.
    BadToken,
    /// It could not be checked, and what cannot be checked is not let in.
    Unchecked(Error),
}

impl Domain {
    /// Who is asking, by an access token: genuine, in force, of an active account, of a session that is not over. One
    /// statement.
    pub async fn authenticate(&self, token: &str) -> Result<Admission, Rejection> {
        let claims = self.tokens.read(token, self.now()).ok_or(Rejection::BadToken)?;
        let standing = store::account::standing(&self.db, claims.profile, claims.session).await;
        let standing = standing.map_err(|error| Rejection::Unchecked(error.into()))?.ok_or(Rejection::BadToken)?;
        // A token of a session ends with it. One without a session has to be younger than the last "sign out
        // everywhere", and to say so; its time is in whole seconds, and a tie counts against it.
        let signed_out = claims.session.is_none()
            && standing.signed_out_at.is_some_and(|at| {
                let at = at.duration_trunc(TimeDelta::seconds(1)).unwrap_or(at);
                claims.issued_at.is_none_or(|issued| issued <= at)
            });
        if standing.state == "active" && !standing.session_ended && !signed_out {
            let Claims { profile, session, expires_at, .. } = claims;
            Ok(Admission { viewer: Viewer::person(profile), session, expires_at: Some(expires_at) })
        } else {
            Err(Rejection::BadToken)
        }
    }

    /// An access token for the profile with this handle, for operators. It belongs to no session.
    pub async fn operator_token(&self, handle: &str) -> Result<Option<String>, Error> {
        let by = profile::By::Handle(handle.to_owned());
        let Some(profile) = self.profile(Viewer::SIGNED_OUT, &by).await? else { return Ok(None) };
        self.access_token(profile.id, None).map(|(token, _)| Some(token))
    }

    /// Signs an access token for a profile, and says what is in it.
    pub(super) fn access_token(
        &self,
        profile: ProfileId,
        session: Option<entity::SessionId>,
    ) -> Result<(String, Claims), Error> {
        let now = self.now();
        let claims = Claims { profile, issued_at: Some(now), expires_at: now + ACCESS_TOKEN_LIFE, session };
        Ok((self.tokens.issue(&claims, self.random.opaque_id())?, claims))
    }
}
