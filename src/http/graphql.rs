//! `POST /graphql`.

use std::{any::Any, net::SocketAddr};

use async_graphql::{Request, Response as GraphQlAnswer, ServerError, Variables};
use async_graphql_axum::GraphQLResponse;
use axum::{
    body::Bytes,
    extract::{ConnectInfo, Extension, State, rejection::BytesRejection},
    response::{IntoResponse, Response},
};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{State as AppState, credentials, live::sse, negotiation::MediaType, trace};
use crate::{
    domain::account::{Admission, Rejection},
    graphql::{self, Outcome, ViewerContext},
};

/// The parameters of a request, as the GraphQL over HTTP specification names them.
#[derive(Deserialize)]
pub struct Parameters {
    query: String,
    #[serde(rename = "operationName")]
    operation_name: Option<String>,
    variables: Option<serde_json::Map<String, Value>>,
    extensions: Option<serde_json::Map<String, Value>>,
}

impl Parameters {
    /// The id of the last event that the client has got, in `extensions.lastEventId`.
    pub fn last_event_id(&self) -> Option<String> {
        let id = self.extensions.as_ref()?.get("lastEventId")?;
        // What is no text is no event id either, and is refused as one.
        Some(id.as_str().unwrap_or_default().to_owned())
    }
}

/// Executes an operation.
pub async fn post(
    State(state): State<AppState>,
    client: Option<Extension<ConnectInfo<SocketAddr>>>,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Response {
    let media_type = MediaType::accepted_by(&headers);
    // Only a type that a form of another site cannot send without asking first.
    let content_type = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let essence = content_type.split(';').next().unwrap_or_default().trim();
    if !essence.eq_ignore_ascii_case("application/json") {
        let message = "send the request as Content-Type: application/json";
        return refusal(media_type, StatusCode::UNSUPPORTED_MEDIA_TYPE, "BAD_USER_INPUT", message);
    }
    let body = match body {
        Ok(body) => body,
        Err(rejection) => return refusal(media_type, rejection.status(), "BAD_USER_INPUT", "the body cannot be read"),
    };
    // Serde would also take the parameters from an array, in their order.
    let is_object = body.trim_ascii_start().starts_with(b"{");
    let parameters = is_object.then(|| serde_json::from_slice::<Parameters>(&body).ok()).flatten();
    let Some(parameters) = parameters else {
        let message = "the body is not a JSON object with query, and operationName, variables and extensions if any";
        return refusal(media_type, StatusCode::BAD_REQUEST, "BAD_USER_INPUT", message);
    };
    if sse::is_accepted_by(&headers) {
        let address = client.map(|Extension(ConnectInfo(address))| address.ip());
        return sse::answer(state, address, headers, parameters).await.unwrap_or_else(|refusal| refusal);
    }
    let admission = match admission(&state, &headers).await {
        Ok(admission) => admission,
        Err(rejection) => return rejection,
    };
    let vc = ViewerContext::new(state.domain, admission.viewer);
    match graphql::execute(&state.schema, request(parameters), vc).await {
        Outcome::Executed(answer) => executed(media_type, answer, &headers),
        Outcome::Refused(errors) => refused(&headers, &errors),
    }
}

/// Who is let in, or the answer that says why not.
pub async fn admission(state: &AppState, headers: &HeaderMap) -> Result<Admission, Response> {
    let admission = credentials::admission(&state.domain, headers).await;
    admission.map_err(|rejection| unauthorized(headers, &rejection))
}

/// The answer to an operation that was not executed.
pub fn refused(headers: &HeaderMap, errors: &[ServerError]) -> Response {
    let media_type = MediaType::accepted_by(headers);
    // Clients of events go by the status.
    let status = if media_type == MediaType::Json && !sse::is_accepted_by(headers) {
        StatusCode::OK
    } else {
        StatusCode::BAD_REQUEST
    };
    answer(media_type, status, &json!({ "errors": errors }))
}

/// The answer to one live connection more than there may be.
pub fn too_many_connections(headers: &HeaderMap) -> Response {
    let message = "there are too many live connections: close some, or share one";
    come_back(headers, StatusCode::TOO_MANY_REQUESTS, "RATE_LIMITED", message, "10")
}

/// The answer while there is no service.
pub fn unavailable(headers: &HeaderMap) -> Response {
    let message = "the service is not available right now";
    come_back(headers, StatusCode::SERVICE_UNAVAILABLE, "UNAVAILABLE", message, "1")
}

fn come_back(headers: &HeaderMap, status: StatusCode, code: &str, message: &str, seconds: &'static str) -> Response {
    let mut response = refusal(MediaType::accepted_by(headers), status, code, message);
    response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static(seconds));
    response
}

/// The request as the schema takes it.
pub fn request(parameters: Parameters) -> Request {
    let mut request = Request::new(parameters.query);
    request.operation_name = parameters.operation_name;
    request.variables = Variables::from_json(Value::Object(parameters.variables.unwrap_or_default()));
    request.extensions.0 = parameters
        .extensions
        .unwrap_or_default()
        .into_iter()
        .filter_map(|(name, value)| Some((name, async_graphql::Value::from_json(value).ok()?)))
        .collect();
    request
}

fn executed(media_type: MediaType, mut answer: GraphQlAnswer, headers: &HeaderMap) -> Response {
    for error in &mut answer.errors {
        name_request(error, headers);
    }
    let mut response = GraphQLResponse::from(answer).into_response();
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type.header()));
    response
}

/// A fault of ours can be found in the log by the id of its request.
pub fn name_request(error: &mut ServerError, headers: &HeaderMap) {
    if let Some(extensions) = &mut error.extensions
        && extensions.get("code") == Some(&async_graphql::Value::from("INTERNAL_SERVER_ERROR"))
    {
        extensions.set("requestId", trace::id_of(headers));
    }
}

/// The answer to a token that was not taken.
pub fn unauthorized(headers: &HeaderMap, rejection: &Rejection) -> Response {
    let media_type = MediaType::accepted_by(headers);
    match rejection {
        Rejection::BadToken => {
            let message = "the access token is not good: get a new one, or send none to be signed out";
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

/// Any other method.
pub async fn method_not_allowed(headers: HeaderMap) -> Response {
    let media_type = MediaType::accepted_by(&headers);
    let message = "operations are sent by POST";
    let mut response = refusal(media_type, StatusCode::METHOD_NOT_ALLOWED, "BAD_USER_INPUT", message);
    response.headers_mut().insert(header::ALLOW, HeaderValue::from_static("POST"));
    response
}

/// The answer to a request whose handling has failed in a way that nobody thought of. What happened is in the log.
pub fn panicked(_: Box<dyn Any + Send + 'static>) -> Response {
    tracing::error!("a request panicked");
    refusal(
        MediaType::Json,
        StatusCode::INTERNAL_SERVER_ERROR,
        "INTERNAL_SERVER_ERROR",
        "something went wrong on our side",
    )
}

/// The schema, for code generators.
pub async fn sdl() -> Response {
    ([(header::CONTENT_TYPE, "text/plain; charset=utf-8")], graphql::sdl()).into_response()
}

/// An answer that holds nothing but one error.
pub fn refusal(media_type: MediaType, status: StatusCode, code: &str, message: &str) -> Response {
    answer(media_type, status, &json!({ "errors": [{ "message": message, "extensions": { "code": code } }] }))
}

fn answer(media_type: MediaType, status: StatusCode, body: &Value) -> Response {
    (status, [(header::CONTENT_TYPE, media_type.header())], body.to_string()).into_response()
}
