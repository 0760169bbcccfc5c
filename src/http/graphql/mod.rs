//! `/graphql`: operations by POST, and queries by GET.

pub mod answer;
mod parameters;

use std::{net::IpAddr, time::Duration};

use async_graphql::{ServerError, parser::types::OperationType};
use axum::{
    body::Bytes,
    extract::{FromRequest, Request, State},
    response::{IntoResponse, Response},
};
use http::{HeaderMap, HeaderName, Method, StatusCode, header, request::Parts};
use serde::Serialize;
use tokio::time::{Instant, timeout, timeout_at};

pub use self::parameters::Parameters;
use self::{
    answer::{bad_request, executed, not_allowed, refused, unauthorized, written},
    parameters::Body,
};
use super::{
    State as AppState, budget,
    client::address_of,
    credentials, idempotency,
    live::sse,
    negotiation::{self, Accepted},
};
use crate::{
    domain::{account::Admission, budget::Overspent, once::RequestKey},
    graphql::{self, Charged, Operation, Outcome, RequestInfo, ViewerContext},
    policy::Viewer,
};

/// A header that Apollo's clients send so that a browser has to ask beforehand.
pub const PREFLIGHT: HeaderName = HeaderName::from_static("apollo-require-preflight");
/// Another one.
pub const OPERATION_NAME: HeaderName = HeaderName::from_static("x-apollo-operation-name");

/// How operations are taken.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// The largest body that is read, in bytes.
    pub max_body_bytes: usize,
    /// How long a body may take to come.
    pub body_timeout: Duration,
    /// How long a request may take to be answered.
    pub timeout: Duration,
    /// Operations in one request at most; 0 means that lists of them are not taken.
    pub max_batch: usize,
}

/// `POST`: an operation as JSON.
pub async fn post(State(state): State<AppState>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let headers = &parts.headers;
    if let Some(refusal) = not_acceptable(headers).or_else(|| unsupported(headers)) {
        return refusal;
    }
    let whole = Request::from_parts(parts.clone(), body);
    let body = match timeout(state.options.body_timeout, Bytes::from_request(whole, &())).await {
        Ok(Ok(body)) => body,
        Ok(Err(rejection)) => {
            charge_unread(&state, &parts);
            return bad_request(headers, rejection.status(), "the body cannot be read");
        }
        Err(_) => {
            charge_unread(&state, &parts);
            let mut response = bad_request(headers, StatusCode::REQUEST_TIMEOUT, "the body took too long to come");
            response.headers_mut().insert(header::CONNECTION, http::HeaderValue::from_static("close"));
            return response;
        }
    };
    match Body::read(&body) {
        Some(Body::Single(parameters)) => single(state, parts, parameters).await,
        Some(Body::Batch(items)) if (1..=state.options.max_batch).contains(&items.len()) => {
            batch(state, &parts, items).await
        }
        Some(Body::Batch(_)) => {
            charge_unread(&state, &parts);
            let message = match state.options.max_batch {
                0 => "send one operation, not a list of them".to_owned(),
                most => format!("send 1 to {most} operations"),
            };
            bad_request(headers, StatusCode::BAD_REQUEST, &message)
        }
        None => {
            charge_unread(&state, &parts);
            let message = "the body is not a JSON object with query (or documentId), and operationName, variables and extensions if any";
            bad_request(headers, StatusCode::BAD_REQUEST, message)
        }
    }
}

/// `GET`: a query in the address.
pub async fn get(state: AppState, parts: Parts) -> Response {
    let headers = &parts.headers;
    if let Some(refusal) = not_acceptable(headers).or_else(|| foreign(headers)) {
        return refusal;
    }
    let Some(parameters) = Parameters::of_address(parts.uri.query().unwrap_or_default()) else {
        charge_unread(&state, &parts);
        let message = "the address has no query (or documentId), or variables and extensions that are not JSON objects";
        return bad_request(headers, StatusCode::BAD_REQUEST, message);
    };
    single(state, parts, parameters).await
}

/// Charges an address for a request that says nothing: it was read, all the same.
fn charge_unread(state: &AppState, parts: &Parts) {
    let _ = state.domain.charge(Viewer::SIGNED_OUT, address_of(&parts.extensions), 1);
}

/// Any other method.
pub async fn method_not_allowed(headers: HeaderMap) -> Response {
    not_allowed(&headers, "GET, POST", "operations are sent by POST, and queries by GET as well")
}

/// The schema, for code generators.
pub async fn sdl(State(state): State<AppState>) -> Response {
    ([(header::CONTENT_TYPE, "text/plain; charset=utf-8")], state.api.sdl.to_string()).into_response()
}

/// Who is let in, or the answer that says why not.
pub async fn admission(state: &AppState, headers: &HeaderMap, address: Option<IpAddr>) -> Result<Admission, Response> {
    let admission = credentials::admission(&state.domain, headers).await;
    admission.map_err(|rejection| {
        budget::charge_rejected(state, address, &rejection);
        unauthorized(headers, &rejection)
    })
}

/// An operation that a request asks for.
pub struct Asked {
    /// The operation.
    pub operation: Operation,
    /// What it was charged.
    pub charged: Charged,
    /// The id of the last event that the client has got.
    pub last_event_id: Option<String>,
    /// The key with which the request may come again.
    pub key: Option<RequestKey>,
}

/// One operation, with how the budget stands after it.
async fn single(state: AppState, parts: Parts, parameters: Parameters) -> Response {
    let address = address_of(&parts.extensions);
    let admission = match admission(&state, &parts.headers, address).await {
        Ok(admission) => admission,
        Err(rejection) => return rejection,
    };
    let viewer = admission.viewer;
    let answered = answer(state.clone(), parts, parameters, admission).await;
    let mut response = answered.unwrap_or_else(|refusal| refusal);
    budget::tell(&state, state.domain.standing(viewer, address), response.headers_mut());
    response
}

async fn answer(
    state: AppState,
    parts: Parts,
    parameters: Parameters,
    admission: Admission,
) -> Result<Response, Response> {
    let (accepted, address) = (Accepted::by(&parts.headers), address_of(&parts.extensions));
    let key = idempotency::key(&parts.headers, &parameters).inspect_err(|_| {
        let _ = state.domain.charge(admission.viewer, address, 1);
    })?;
    let last_event_id = parameters.last_event_id();
    let prepared = state.prepare(parameters.named(), parameters.into_request(), admission.viewer, address);
    let operation = prepared.map_err(|errors| refused(&parts.headers, &errors))?;
    let kind = operation.kind;
    if kind == OperationType::Mutation && parts.method == Method::GET {
        let _ = state.domain.charge(admission.viewer, address, 1);
        return Err(not_allowed(&parts.headers, "POST", "a mutation is sent by POST"));
    }
    let charged = budget::charge(&state, admission.viewer, address, &operation)
        .map_err(|overspent| too_often(&state, &parts.headers, overspent))?;
    let asked = Asked { operation, charged, last_event_id, key };
    // Who takes both gets one answer for what has one.
    if accepted.events && (kind == OperationType::Subscription || accepted.answer.is_none()) {
        return sse::answer(state, parts, asked).await;
    }
    let late = Instant::now() + state.options.timeout;
    Ok(match perform(&state, &parts, admission, asked, late).await {
        Outcome::Executed(answer) => executed(&parts.headers, answer),
        Outcome::Refused(errors) => refused(&parts.headers, &errors),
    })
}

/// Several operations, one after the other, answered in their order and together in the time of one request.
async fn batch(state: AppState, parts: &Parts, items: Vec<Parameters>) -> Response {
    #[derive(Serialize)]
    #[serde(untagged)]
    enum Answer {
        Executed(async_graphql::Response),
        Refused { errors: Vec<ServerError> },
    }
    let headers = &parts.headers;
    if headers.contains_key(&idempotency::KEY) {
        charge_unread(&state, parts);
        let message = "Idempotency-Key is of one operation: send each with its own";
        return bad_request(headers, StatusCode::BAD_REQUEST, message);
    }
    let (address, late) = (address_of(&parts.extensions), Instant::now() + state.options.timeout);
    let admission = match admission(&state, headers, address).await {
        Ok(admission) => admission,
        Err(rejection) => return rejection,
    };
    let mut answers = Vec::with_capacity(items.len());
    for parameters in items {
        let outcome = match state.prepare(parameters.named(), parameters.into_request(), admission.viewer, address) {
            Ok(_) if Instant::now() >= late => Outcome::Refused(vec![graphql::too_slow()]),
            Ok(operation) => match budget::charge(&state, admission.viewer, address, &operation) {
                Ok(charged) => {
                    let asked = Asked { operation, charged, last_event_id: None, key: None };
                    perform(&state, parts, admission, asked, late).await
                }
                Err(overspent) => Outcome::Refused(vec![budget::rate_limited(&state, overspent)]),
            },
            Err(errors) => Outcome::Refused(errors),
        };
        answers.push(match outcome {
            Outcome::Executed(mut answer) => {
                answer::name_request(&mut answer.errors, headers);
                Answer::Executed(answer)
            }
            Outcome::Refused(mut errors) => {
                answer::name_request(&mut errors, headers);
                Answer::Refused { errors }
            }
        });
    }
    let mut response = written(Accepted::by(headers).of_refusal(), StatusCode::OK, &answers);
    budget::tell(&state, state.domain.standing(admission.viewer, address), response.headers_mut());
    response
}

/// Executes a query or a mutation, until it is late.
async fn perform(state: &AppState, parts: &Parts, admission: Admission, asked: Asked, late: Instant) -> Outcome {
    if asked.operation.kind == OperationType::Subscription {
        return Outcome::Refused(vec![graphql::not_here()]);
    }
    let info = RequestInfo { key: asked.key, address: address_of(&parts.extensions) };
    let vc = ViewerContext::new(state.domain.clone(), admission.viewer, info);
    match timeout_at(late, state.api.execute(asked.operation, vc, asked.charged)).await {
        Ok(outcome) => outcome,
        Err(_) => Outcome::Refused(vec![graphql::too_slow()]),
    }
}

/// The answer to a request for which the budget does not suffice.
pub fn too_often(state: &AppState, headers: &HeaderMap, overspent: Overspent) -> Response {
    let mut response = refused(headers, &[budget::rate_limited(state, overspent)]);
    budget::tell(state, overspent.0, response.headers_mut());
    response
}

/// The answer to a request whose answer the client would not take.
fn not_acceptable(headers: &HeaderMap) -> Option<Response> {
    let is_acceptable = |accepted: Accepted| accepted.answer.is_some() || accepted.events;
    let message = "answers are application/graphql-response+json, application/json or text/event-stream";
    (!is_acceptable(Accepted::by(headers))).then(|| bad_request(headers, StatusCode::NOT_ACCEPTABLE, message))
}

/// The answer to a request whose body is not read.
fn unsupported(headers: &HeaderMap) -> Option<Response> {
    let message = "send the request as Content-Type: application/json";
    let Some(content_type) = headers.get(header::CONTENT_TYPE) else {
        return Some(bad_request(headers, StatusCode::BAD_REQUEST, message));
    };
    if !content_type.to_str().is_ok_and(negotiation::is_json) {
        return Some(bad_request(headers, StatusCode::UNSUPPORTED_MEDIA_TYPE, message));
    }
    // A small body could become a large one.
    let is_encoded = headers.get(header::CONTENT_ENCODING).is_some_and(|encoding| encoding != "identity");
    let message = "send the body as it is, without Content-Encoding";
    is_encoded.then(|| bad_request(headers, StatusCode::UNSUPPORTED_MEDIA_TYPE, message))
}

/// The answer to a query that a page of another site may have had its visitor's browser send. (Nothing that says who the
/// visitor is goes along, since tokens are sent by scripts alone; so such a page could not learn or do anything with it. It
/// is refused all the same.) A browser says where a request comes from; with one of these headers it has asked
/// beforehand whether it may.
fn foreign(headers: &HeaderMap) -> Option<Response> {
    let has_asked = [PREFLIGHT, OPERATION_NAME, header::AUTHORIZATION].iter().any(|name| headers.contains_key(name))
        || headers.get(header::CONTENT_TYPE).and_then(|it| it.to_str().ok()).is_some_and(negotiation::is_json);
    let is_foreign = match headers.get("sec-fetch-site").map(http::HeaderValue::as_bytes) {
        Some(site) => !matches!(site, b"same-origin" | b"none"),
        // Browsers from before.
        None => headers.contains_key(header::ORIGIN),
    };
    let message = "a query from another site is sent with the header Apollo-Require-Preflight";
    (is_foreign && !has_asked).then(|| bad_request(headers, StatusCode::FORBIDDEN, message))
}
