//! GraphQL over server-sent events, distinct connections mode: each operation is a request of its own.
//! <https://github.com/enisdenjo/graphql-sse/blob/master/PROTOCOL.md>

use std::convert::Infallible;

use axum::{
    body::{Body, Bytes},
    response::{IntoResponse, Response},
};
use futures_util::{
    Stream, StreamExt,
    stream::{self, BoxStream},
};
use http::{HeaderMap, StatusCode, header, request::Parts};
use serde_json::json;
use tokio::time::{Instant, Interval, interval_at, sleep_until};

use super::{heard, time_left};
use crate::{
    domain::live::{Connection, NotConnected, Refused, Signals},
    graphql::{Live, Outcome, RequestInfo, ViewerContext},
    http::{
        State,
        addresses::Counted,
        client::address_of,
        credentials,
        graphql::{Asked, answer},
    },
};

/// Executes an operation and answers as it goes on.
pub async fn answer(
    state: State,
    parts: Parts,
    Asked { operation, charged, last_event_id, key }: Asked,
) -> Result<Response, Response> {
    let address = address_of(&parts.extensions);
    let headers = parts.headers;
    let counted = state.live.addresses.take(address).ok_or_else(|| answer::too_many_connections(&headers))?;
    let refuse = |refused| match refused {
        NotConnected::Rejected(rejection) => answer::unauthorized(&headers, &rejection),
        NotConnected::Refused(Refused::TooMany) => answer::too_many_connections(&headers),
        NotConnected::Refused(_) => answer::unavailable(&headers),
    };
    let token = credentials::token(&headers).map_err(|rejection| refuse(rejection.into()))?;
    let (connection, admission) = state.domain.connect(token).await.map_err(refuse)?;
    let after = headers.get("last-event-id").and_then(|id| id.to_str().ok()).map(str::to_owned);
    let live = Live::new(connection.clone(), after.or(last_event_id));
    let begun = live.begun();
    let info = RequestInfo { key, address };
    let vc = ViewerContext::new(state.domain.clone(), admission.viewer, info);
    let mut outcomes = super::execute(&state, operation, vc, live, charged).peekable();
    // What is wrong with a document is known at once, and then there are no events. Else the answer begins when nothing is
    // missed any more, so that an open stream is one that is told.
    tokio::select! {
        () = begun.notified() => {}
        first = std::pin::Pin::new(&mut outcomes).peek() => if let Some(Outcome::Refused(errors)) = first {
            return Err(answer::refused(&headers, errors));
        },
    }
    let heartbeat = state.live.options.heartbeat;
    let answering = Answering {
        signals: connection.signals(),
        expires: Instant::now() + time_left(&state.domain, &admission),
        beats: interval_at(Instant::now() + heartbeat, heartbeat),
        outcomes: outcomes.boxed(),
        headers,
        state,
        is_over: false,
        _connection: connection,
        _counted: counted,
    };
    let headers = [
        (header::CONTENT_TYPE, "text/event-stream; charset=utf-8"),
        (header::CACHE_CONTROL, "no-store"),
        // Proxies that gather answers before they pass them on would hold events back.
        (http::HeaderName::from_static("x-accel-buffering"), "no"),
    ];
    Ok((StatusCode::OK, headers, Body::from_stream(answering.chunks())).into_response())
}

/// An answer that goes on.
struct Answering {
    state: State,
    headers: HeaderMap,
    outcomes: BoxStream<'static, Outcome>,
    signals: tokio::sync::watch::Receiver<Signals>,
    expires: Instant,
    beats: Interval,
    is_over: bool,
    _connection: Connection,
    _counted: Counted,
}

impl Answering {
    fn chunks(self) -> impl Stream<Item = Result<Bytes, Infallible>> {
        stream::unfold(self, |mut answering| async move {
            let chunk = answering.next().await?;
            Some((Ok(Bytes::from(chunk)), answering))
        })
    }

    /// The next piece of the body; none when the connection ends, upon which clients come back.
    async fn next(&mut self) -> Option<String> {
        if self.is_over {
            return None;
        }
        loop {
            tokio::select! {
                biased;
                signals = heard(&mut self.signals) => {
                    if signals.restart || signals.slow {
                        return None;
                    }
                    if credentials::admission(&self.state.domain, &self.headers).await.is_err() {
                        return Some(self.signed_out());
                    }
                }
                () = sleep_until(self.expires) => return Some(self.signed_out()),
                outcome = self.outcomes.next() => return self.event(outcome),
                // So that nobody on the way takes the connection for dead.
                _ = self.beats.tick() => return Some(":\n\n".to_owned()),
            }
        }
    }

    fn event(&mut self, outcome: Option<Outcome>) -> Option<String> {
        Some(match outcome {
            Some(Outcome::Executed(mut response)) => {
                let id = match response.extensions.get("eventId") {
                    Some(async_graphql::Value::String(id)) => format!("id: {id}\n"),
                    _ => String::new(),
                };
                answer::name_request(&mut response.errors, &self.headers);
                // As text at once: a JSON value would put its keys in another order than the query's.
                let data = serde_json::to_string(&response).unwrap_or_default();
                format!("event: next\n{id}data: {data}\n\n")
            }
            Some(Outcome::Refused(mut errors)) => {
                self.is_over = true;
                answer::name_request(&mut errors, &self.headers);
                format!("event: next\ndata: {}\n\nevent: complete\ndata: \n\n", json!({ "errors": errors }))
            }
            // The hub has let go, and the client shall come back.
            None if self.is_let_go() => return None,
            None => {
                self.is_over = true;
                "event: complete\ndata: \n\n".to_owned()
            }
        })
    }

    fn is_let_go(&self) -> bool {
        let signals = *self.signals.borrow();
        signals.restart || signals.slow
    }

    fn signed_out(&mut self) -> String {
        self.is_over = true;
        let message = "the access token is no longer good: get a new one";
        let errors = json!({ "errors": [{ "message": message, "extensions": { "code": "UNAUTHENTICATED" } }] });
        format!("event: next\ndata: {errors}\n\nevent: complete\ndata: \n\n")
    }
}
