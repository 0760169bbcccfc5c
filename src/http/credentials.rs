//! From the `Authorization` header to a viewer.

use http::{HeaderMap, header};

use crate::domain::{
    Domain,
    account::{Admission, Rejection},
};

/// Who is asking. No header means signed out; a header that is no good token is an error, never "signed out".
pub async fn admission(domain: &Domain, headers: &HeaderMap) -> Result<Admission, Rejection> {
    match token(headers)? {
        Some(token) => domain.authenticate(token).await,
        None => Ok(Admission::SIGNED_OUT),
    }
}

/// The token of a request, if it has one.
pub fn token(headers: &HeaderMap) -> Result<Option<&str>, Rejection> {
    let mut given = headers.get_all(header::AUTHORIZATION).iter();
    let Some(header) = given.next() else { return Ok(None) };
    if given.next().is_some() {
        return Err(Rejection::BadToken);
    }
    header.to_str().ok().and_then(bearer).map(Some).ok_or(Rejection::BadToken)
}

/// The token of `Bearer <token>`.
pub fn bearer(credentials: &str) -> Option<&str> {
    let (scheme, token) = credentials.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}
