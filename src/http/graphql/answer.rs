//! Answers: their status, their media type, and what else a client is told about them.

use async_graphql::{Response as GraphQlAnswer, ServerError};
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use serde::Serialize;
use serde_json::{Value, json};

use crate::{
    domain::account::Rejection,
    graphql,
    http::{
        negotiation::{Accepted, MediaType},
        trace,
    },
};

/// The answer to an operation that was executed.
pub fn executed(headers: &HeaderMap, mut answer: GraphQlAnswer) -> Response {
    name_request(&mut answer.errors, headers);
    let has_data = match &answer.data {
        async_graphql::Value::Null => false,
        async_graphql::Value::Object(fields) => fields.values().any(|value| *value != async_graphql::Value::Null),
        _ => true,
    };
    let status = if has_data { None } else { status_of(&answer.errors) };
    with_errors(headers, status.unwrap_or(StatusCode::OK), &answer.errors, &answer)
}

/// The answer to an operation that was not executed. Clients of events go by the status.
pub fn refused(headers: &HeaderMap, errors: &[ServerError]) -> Response {
    let mut errors = errors.to_vec();
    name_request(&mut errors, headers);
    let is_old = Accepted::by(headers).answer == Some(MediaType::Json);
    let usual = if is_old { StatusCode::OK } else { StatusCode::BAD_REQUEST };
    let is_late = matches!(&errors[..], [error] if graphql::code_of(error) == Some("TIMEOUT"));
    let late = is_late.then_some(StatusCode::SERVICE_UNAVAILABLE);
    with_errors(headers, late.or(status_of(&errors)).unwrap_or(usual), &errors, &json!({ "errors": errors }))
}

/// The status of errors that all say the same, when there is nothing besides them. Clients and proxies know what to do
/// with it.
fn status_of(errors: &[ServerError]) -> Option<StatusCode> {
    let code = graphql::code_of(errors.first()?)?;
    let status = match code {
        "UNAVAILABLE" => StatusCode::SERVICE_UNAVAILABLE,
        "RATE_LIMITED" => StatusCode::TOO_MANY_REQUESTS,
        // Part of a conversation rather than a fault: the client sends its document next.
        "PERSISTED_QUERY_NOT_FOUND" => StatusCode::OK,
        "IDEMPOTENCY_KEY_REUSED" => StatusCode::UNPROCESSABLE_ENTITY,
        _ => return None,
    };
    errors.iter().all(|error| graphql::code_of(error) == Some(code)).then_some(status)
}

/// When to come back, in seconds: when the last of what was refused may be had again, and else soon.
fn retry_after(errors: &[ServerError]) -> u64 {
    let milliseconds = errors.iter().filter_map(|error| match error.extensions.as_ref()?.get("retryAfterMs")? {
        async_graphql::Value::Number(number) => number.as_u64(),
        _ => None,
    });
    milliseconds.max().map_or(1, |milliseconds| milliseconds.div_ceil(1_000))
}

fn with_errors(headers: &HeaderMap, status: StatusCode, errors: &[ServerError], answer: &impl Serialize) -> Response {
    let mut response = written(Accepted::by(headers).of_refusal(), status, answer);
    if matches!(status, StatusCode::SERVICE_UNAVAILABLE | StatusCode::TOO_MANY_REQUESTS) {
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(retry_after(errors)));
    }
    response
}

/// The answer to a request that is none of ours.
pub fn bad_request(headers: &HeaderMap, status: StatusCode, message: &str) -> Response {
    refusal(Accepted::by(headers).of_refusal(), status, "BAD_USER_INPUT", message)
}

/// The answer to a method that is not for this.
pub fn not_allowed(headers: &HeaderMap, allowed: &'static str, message: &str) -> Response {
    let mut response = bad_request(headers, StatusCode::METHOD_NOT_ALLOWED, message);
    response.headers_mut().insert(header::ALLOW, HeaderValue::from_static(allowed));
    response
}

/// The answer to a token that was not taken.
pub fn unauthorized(headers: &HeaderMap, rejection: &Rejection) -> Response {
    match rejection {
        Rejection::BadToken => {
            let message = "the access token is not good: get a new one, or send none to be signed out";
            let media_type = Accepted::by(headers).of_refusal();
            let mut response = refusal(media_type, StatusCode::UNAUTHORIZED, "UNAUTHENTICATED", message);
            response.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
            response
        }
        Rejection::Unchecked(error) => {
            tracing::warn!(?error, "a token could not be checked");
            unavailable(headers)
        }
    }
}

/// The answer to one live connection more than there may be.
pub fn too_many_connections(headers: &HeaderMap) -> Response {
    let message = "there are too many live connections: close some, or share one";
    let seconds = 10;
    let extensions = json!({ "code": "RATE_LIMITED", "retryAfterMs": seconds * 1_000 });
    let media_type = Accepted::by(headers).of_refusal();
    come_back(with_extensions(media_type, StatusCode::TOO_MANY_REQUESTS, message, &extensions), seconds)
}

/// The answer while there is no service.
pub fn unavailable(headers: &HeaderMap) -> Response {
    let message = "the service is not available right now";
    come_back(refusal(Accepted::by(headers).of_refusal(), StatusCode::SERVICE_UNAVAILABLE, "UNAVAILABLE", message), 1)
}

/// An answer to a request that may be made again after so many seconds.
fn come_back(mut response: Response, seconds: u64) -> Response {
    response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    response
}

/// The answer to a request that failed by a fault of ours, which is in the log under the id of the request.
pub fn failed(headers: &HeaderMap) -> Response {
    let extensions = json!({ "code": "INTERNAL_SERVER_ERROR", "requestId": trace::id_of(headers) });
    let (media_type, status) = (Accepted::by(headers).of_refusal(), StatusCode::INTERNAL_SERVER_ERROR);
    with_extensions(media_type, status, "something went wrong on our side", &extensions)
}

/// An answer that holds nothing but one error.
pub fn refusal(media_type: MediaType, status: StatusCode, code: &str, message: &str) -> Response {
    with_extensions(media_type, status, message, &json!({ "code": code }))
}

fn with_extensions(media_type: MediaType, status: StatusCode, message: &str, extensions: &Value) -> Response {
    written(media_type, status, &json!({ "errors": [{ "message": message, "extensions": extensions }] }))
}

/// A fault of ours can be found in the log by the id of its request.
pub fn name_request(errors: &mut [ServerError], headers: &HeaderMap) {
    for extensions in errors.iter_mut().filter_map(|error| error.extensions.as_mut()) {
        if extensions.get("code") == Some(&async_graphql::Value::from("INTERNAL_SERVER_ERROR")) {
            extensions.set("requestId", trace::id_of(headers));
        }
    }
}

/// Writes an answer. As text at once: a JSON value would put its keys in another order than the query's. Nothing that
/// depends on who asks, or on when, is kept on the way.
pub fn written(media_type: MediaType, status: StatusCode, answer: &impl Serialize) -> Response {
    let headers = [
        (header::CONTENT_TYPE, media_type.header()),
        (header::CACHE_CONTROL, "no-store"),
        (header::VARY, "accept, authorization"),
    ];
    // Everything in an answer can be written as JSON.
    (status, headers, serde_json::to_string(answer).unwrap_or_default()).into_response()
}
