//! How large the head of a request may be.

use axum::{extract::Request, middleware::Next, response::Response};
use http::StatusCode;

use super::graphql::answer::bad_request;

/// How large heads may be, in bytes.
#[derive(Clone, Copy, Debug)]
pub struct HeadSizes {
    /// The address.
    pub address: usize,
    /// All headers together, names and values.
    pub headers: usize,
}

/// Refuses what is larger. The connection bounds what is read at all, see [`super::serve`].
pub async fn check(sizes: HeadSizes, request: Request, next: Next) -> Response {
    let headers = request.headers();
    let address = request.uri().path_and_query().map_or(0, |address| address.as_str().len());
    if address > sizes.address {
        let message = format!("the address has more than {} bytes", sizes.address);
        return bad_request(headers, StatusCode::URI_TOO_LONG, &message);
    }
    let bytes: usize = headers.iter().map(|(name, value)| name.as_str().len() + value.len()).sum();
    if bytes > sizes.headers {
        let message = format!("the headers have more than {} bytes", sizes.headers);
        return bad_request(headers, StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE, &message);
    }
    next.run(request).await
}
