//! From the `Authorization` header to a viewer.

use http::{HeaderMap, header};

use crate::{
    domain::{Domain, account::Rejection},
    policy::Viewer,
};

/// Who is asking. No header means signed out; a header that is no good token is an error, never "signed out".
pub async fn viewer(domain: &Domain, headers: &HeaderMap) -> Result<Viewer, Rejection> {
    let mut given = headers.get_all(header::AUTHORIZATION).iter();
    let Some(header) = given.next() else { return Ok(Viewer::SIGNED_OUT) };
    if given.next().is_some() {
        return Err(Rejection::BadToken);
    }
    let (scheme, token) = header.to_str().ok().and_then(|header| header.split_once(' ')).ok_or(Rejection::BadToken)?;
    if !scheme.eq_ignore_ascii_case("bearer") {
        return Err(Rejection::BadToken);
    }
    domain.authenticate(token.trim()).await
}
