//! From the domain's errors to those of GraphQL: a code, a sentence, and nothing else.

use std::time::Duration;

use async_graphql::{Enum, ErrorExtensions, ServerError, SimpleObject};

use crate::domain::{Error, Failure, Refusal, RefusalCode};

/// The `extensions.code` of every error that leaves, as documented in README.md.
pub(super) mod code {
    pub const GRAPHQL_PARSE_FAILED: &str = "GRAPHQL_PARSE_FAILED";
    pub const GRAPHQL_VALIDATION_FAILED: &str = "GRAPHQL_VALIDATION_FAILED";
    pub const QUERY_TOO_LARGE: &str = "QUERY_TOO_LARGE";
    pub const QUERY_TOO_DEEP: &str = "QUERY_TOO_DEEP";
    pub const QUERY_TOO_COMPLEX: &str = "QUERY_TOO_COMPLEX";
    pub const TOO_MANY_ALIASES: &str = "TOO_MANY_ALIASES";
    pub const BAD_USER_INPUT: &str = "BAD_USER_INPUT";
    pub const UNAUTHENTICATED: &str = "UNAUTHENTICATED";
    pub const PAGE_SIZE: &str = "PAGE_SIZE";
    pub const BAD_CURSOR: &str = "BAD_CURSOR";
    pub const IDEMPOTENCY_KEY_REUSED: &str = "IDEMPOTENCY_KEY_REUSED";
    pub const PERSISTED_QUERY_NOT_FOUND: &str = "PERSISTED_QUERY_NOT_FOUND";
    pub const PERSISTED_QUERY_NOT_SUPPORTED: &str = "PERSISTED_QUERY_NOT_SUPPORTED";
    pub const RATE_LIMITED: &str = "RATE_LIMITED";
    pub const UNAVAILABLE: &str = "UNAVAILABLE";
    pub const TIMEOUT: &str = "TIMEOUT";
    pub const INTERNAL_SERVER_ERROR: &str = "INTERNAL_SERVER_ERROR";
}

/// The error as it leaves. What went wrong on our side is logged here, once, inside the span of the request; the client
/// gets none of it.
pub(super) fn api_error(error: &Error) -> async_graphql::Error {
    let code = match error {
        Error::Unauthenticated => code::UNAUTHENTICATED,
        Error::BadInput { .. } => code::BAD_USER_INPUT,
        Error::PageSize { .. } => code::PAGE_SIZE,
        Error::BadCursor { .. } => code::BAD_CURSOR,
        Error::RateLimited { .. } => code::RATE_LIMITED,
        Error::Busy => {
            tracing::warn!("too many wait for the same");
            code::UNAVAILABLE
        }
        Error::KeyReused => code::IDEMPOTENCY_KEY_REUSED,
        Error::Unavailable(cause) => {
            tracing::warn!(%cause, "the database is not available");
            code::UNAVAILABLE
        }
        Error::Timeout(cause) => {
            tracing::warn!(%cause, "a statement took too long");
            code::TIMEOUT
        }
        Error::Internal(cause) => {
            tracing::error!(%cause, "a fault of ours");
            code::INTERNAL_SERVER_ERROR
        }
    };
    async_graphql::Error::new(error.to_string()).extend_with(|_, extensions| {
        extensions.set("code", code);
        if let Error::BadInput { argument, .. } | Error::PageSize { argument, .. } | Error::BadCursor { argument } =
            error
        {
            extensions.set("argument", *argument);
        }
        if let Error::RateLimited { retry_after } = error {
            extensions.set("retryAfterMs", u64::try_from(retry_after.as_millis()).unwrap_or(u64::MAX));
        }
    })
}

/// A subscription where there is one answer.
#[must_use]
pub fn not_here() -> ServerError {
    let message = "a subscription is sent over a WebSocket, or with Accept: text/event-stream";
    coded(ServerError::new(message, None), code::GRAPHQL_VALIDATION_FAILED)
}

/// A budget does not suffice.
#[must_use]
pub fn rate_limited(retry_after: Duration) -> ServerError {
    of_request(&Error::RateLimited { retry_after })
}

/// Something of ours has failed in a way that nobody thought of.
#[must_use]
pub fn failed(what: &str) -> ServerError {
    of_request(&Error::Internal(what.to_owned()))
}

fn of_request(error: &Error) -> ServerError {
    let async_graphql::Error { message, extensions, .. } = api_error(error);
    ServerError { extensions, ..ServerError::new(message, None) }
}

/// A request that takes longer than any may. What it had changed by then stays.
#[must_use]
pub fn too_slow() -> ServerError {
    coded(ServerError::new("the request took too long", None), code::TIMEOUT)
}

/// The code of an error.
#[must_use]
pub fn code_of(error: &ServerError) -> Option<&str> {
    match error.extensions.as_ref()?.get("code")? {
        async_graphql::Value::String(code) => Some(code),
        _ => None,
    }
}

/// The error with this code, unless it has one.
pub(super) fn coded(mut error: ServerError, code: &str) -> ServerError {
    let extensions = error.extensions.get_or_insert_default();
    if extensions.get("code").is_none() {
        extensions.set("code", code);
    }
    error
}

/// The error without the value that it is about: async-graphql quotes some, which may be a password in the wrong place.
pub(super) fn without_value(mut error: ServerError) -> ServerError {
    for before in [", found ", " does not contain the value "] {
        if let Some(at) = error.message.find(before) {
            error.message.truncate(at);
        }
    }
    error
}

/// A reason why a mutation was not carried out. Nothing was changed.
#[derive(Clone, SimpleObject)]
pub struct UserError {
    /// The kind of reason, for programs.
    code: UserErrorCode,
    /// The reason, for people.
    message: String,
    /// The input field, as `["input", "handle"]`.
    path: Vec<String>,
}

/// The kinds of reasons for which a mutation is not carried out.
#[derive(Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "RefusalCode")]
pub enum UserErrorCode {
    /// The value breaks a rule.
    Invalid,
    /// Somebody else has it.
    Taken,
    /// It does not exist, for you.
    NotFound,
    /// It exists, but you may not do that to it.
    NotAllowed,
    /// A limit of the product is reached.
    LimitReached,
    /// It is in a state in which that cannot be done.
    Conflict,
    /// Wrong password, unknown account, or a token that is no longer good.
    BadCredentials,
}

impl From<Refusal> for UserError {
    fn from(refusal: Refusal) -> Self {
        Self {
            code: refusal.code.into(),
            message: refusal.message,
            path: refusal.path.into_iter().map(str::to_owned).collect(),
        }
    }
}

/// What a mutation did, or why it did nothing.
pub(super) fn outcome<T>(result: Result<T, Failure>) -> async_graphql::Result<(Option<T>, Vec<UserError>)> {
    match result {
        Ok(value) => Ok((Some(value), Vec::new())),
        Err(Failure::Refused(refusals)) => Ok((None, refusals.into_iter().map(UserError::from).collect())),
        Err(Failure::Error(error)) => Err(api_error(&error)),
    }
}

/// That somebody is signed in, before the input is looked at.
pub(super) fn signed_in(vc: &super::ViewerContext) -> async_graphql::Result<()> {
    match vc.viewer().id() {
        Some(_) => Ok(()),
        None => Err(api_error(&Error::Unauthenticated)),
    }
}
