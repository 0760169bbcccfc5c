//! Which media type an answer has.

use http::{HeaderMap, header};

/// The media types that answers come in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MediaType {
    /// `application/graphql-response+json`: the status code tells whether the operation was executed.
    GraphQlResponse,
    /// `application/json`, for clients from before the specification: 200 whenever there is an answer.
    Json,
}

impl MediaType {
    /// What the client accepts.
    pub fn accepted_by(headers: &HeaderMap) -> Self {
        let accepts = |accept: &http::HeaderValue| {
            accept.to_str().is_ok_and(|accept| accept.contains("application/graphql-response+json"))
        };
        if headers.get_all(header::ACCEPT).iter().any(accepts) { Self::GraphQlResponse } else { Self::Json }
    }

    /// As a header.
    pub fn header(self) -> &'static str {
        match self {
            Self::GraphQlResponse => "application/graphql-response+json; charset=utf-8",
            Self::Json => "application/json; charset=utf-8",
        }
    }
}
