//! Access tokens: JWT, HS256, short-lived.

use chrono::{DateTime, TimeDelta, Utc};
use entity::{ProfileId, SessionId};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation, decode, encode};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::domain::Error;

/// How long an access token is good.
pub const ACCESS_TOKEN_LIFE: TimeDelta = TimeDelta::minutes(15);
/// How far a clock of another instance may be ahead of ours.
const CLOCK_SKEW: TimeDelta = TimeDelta::seconds(60);

/// Signs and reads access tokens.
pub struct Tokens {
    signing: EncodingKey,
    reading: DecodingKey,
}

/// What an access token says, once it is known to be genuine and in force.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Claims {
    /// Who is asking.
    pub profile: ProfileId,
    /// When it was issued. The earlier backend did not say.
    pub issued_at: Option<DateTime<Utc>>,
    /// When it runs out.
    pub expires_at: DateTime<Utc>,
    /// The session that it belongs to. Operators' tokens and those of the earlier backend have none.
    pub session: Option<SessionId>,
}

/// The claims as they are written: `sub`, `iat`, `exp`, `jti`, and `sid` for the session. Of the earlier backend's
/// tokens only `sub` and `exp` count; its `role` means nothing here.
#[derive(Serialize, Deserialize)]
struct Written {
    sub: Uuid,
    exp: i64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    iat: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    nbf: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    jti: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    sid: Option<Uuid>,
}

impl Tokens {
    pub(crate) fn new(secret: &[u8]) -> Self {
        Self { signing: EncodingKey::from_secret(secret), reading: DecodingKey::from_secret(secret) }
    }

    /// Signs an access token.
    pub fn issue(&self, claims: &Claims, id: Uuid) -> Result<String, Error> {
        let written = Written {
            sub: claims.profile.0,
            exp: claims.expires_at.timestamp(),
            iat: claims.issued_at.map(|at| at.timestamp()),
            nbf: None,
            jti: Some(id.to_string()),
            sid: claims.session.map(|session| session.0),
        };
        encode(&Header::new(Algorithm::HS256), &written, &self.signing)
            .map_err(|error| Error::Internal(format!("signing a token failed: {error}")))
    }

    /// Reads an access token. None when it is not HS256, not signed with our secret, malformed, or not in force.
    #[must_use]
    pub fn read(&self, token: &str, now: DateTime<Utc>) -> Option<Claims> {
        let mut validation = Validation::new(Algorithm::HS256);
        // Times are compared below, with the application's clock and without the crate's minute of grace.
        validation.validate_exp = false;
        validation.required_spec_claims.clear();
        validation.validate_aud = false;
        let written = decode::<Written>(token, &self.reading, &validation).ok()?.claims;
        let expires_at = DateTime::from_timestamp(written.exp, 0)?;
        let issued_at = written.iat.map(|at| DateTime::from_timestamp(at, 0)).map_or(Some(None), |at| at.map(Some))?;
        let not_before = written.nbf.map(|at| DateTime::from_timestamp(at, 0)).map_or(Some(None), |at| at.map(Some))?;
        let is_in_force = now < expires_at
            && issued_at.is_none_or(|at| at <= now + CLOCK_SKEW)
            && not_before.is_none_or(|at| at <= now + CLOCK_SKEW);
        is_in_force.then_some(Claims {
            profile: ProfileId(written.sub),
            issued_at,
            expires_at,
            session: written.sid.map(SessionId),
        })
    }
}
