//! A WebSocket: `GET /graphql`, upgraded.
//!
//! One task serves a socket: it hears the client, begins its operations, each of which goes on in a task of its own, and
//! says what they answer. It waits while the client does not read; then events queue up in the hub, and beyond the bound of
//! that the client is cut off.

use std::{net::IpAddr, time::Duration};

use async_graphql::parser::types::OperationType;
use axum::{
    extract::{
        Request, State, WebSocketUpgrade,
        ws::{Message, WebSocket, rejection::WebSocketUpgradeRejection},
    },
    response::{IntoResponse, Response as HttpResponse},
};
use futures_util::{
    SinkExt, StreamExt,
    stream::{self, BoxStream, SplitSink, SplitStream},
};
use http::HeaderMap;
use serde_json::{Map, Value};
use tokio::time::{Instant, Interval, interval_at, sleep_until, timeout};
use tokio_stream::StreamMap;
use tracing::Instrument;

use super::{
    heard,
    protocol::{Close, NAME, Said, Say},
    time_left,
};
use crate::{
    domain::{
        account::{Admission, Rejection},
        live::{Connection, NotConnected, Refused, Signals},
    },
    graphql::{Live, Outcome, RequestInfo, ViewerContext},
    http::{
        State as AppState, budget,
        client::address_of,
        credentials,
        graphql::{self as operations, Parameters, answer::name_request},
    },
};

/// Bytes that are read at once.
const READ_BUFFER: usize = 4 * 1024;
/// How long a client has to take the last message: one that has not read for a while may do so again.
const FAREWELL: Duration = Duration::from_secs(5);

/// Upgrades a connection.
pub async fn upgrade(
    State(state): State<AppState>,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
    request: Request,
) -> HttpResponse {
    let (parts, _) = request.into_parts();
    let upgrade = match upgrade {
        Ok(upgrade) => upgrade,
        // Not meant as one.
        Err(_) if !parts.headers.contains_key(http::header::UPGRADE) => return operations::get(state, parts).await,
        Err(rejection) => return rejection.into_response(),
    };
    let address = address_of(&parts.extensions);
    let headers = parts.headers;
    let limit = state.live.options.max_message_bytes;
    // A message that is a little too large is refused with a word; one that is much larger is not even read.
    let upgrade = upgrade.protocols([NAME]).max_message_size(limit * 2).max_frame_size(limit * 2);
    // Most sockets hear little and say little: the usual buffer of 128 KiB would be most of what one costs.
    let upgrade = upgrade.read_buffer_size(READ_BUFFER);
    let is_ours = upgrade.selected_protocol().is_some();
    let span = tracing::Span::current();
    upgrade.on_upgrade(move |socket| {
        async move {
            let (sink, stream) = socket.split();
            let counted = state.live.addresses.take(address);
            let mut speaker = Speaker { sink, headers, address };
            let close = match &counted {
                _ if !is_ours => Close::SUBPROTOCOL,
                None => Close::TOO_MANY_SOCKETS,
                Some(_) => serve(&state, &mut speaker, stream).await,
            };
            tracing::debug!(code = close.code, "a socket is closed");
            // Whoever does not read is not waited for.
            let _ = timeout(FAREWELL, speaker.sink.send(close.message())).await;
            let _ = timeout(FAREWELL, speaker.sink.close()).await;
        }
        .instrument(span)
    })
}

/// Says things to the client.
struct Speaker {
    sink: SplitSink<WebSocket, Message>,
    headers: HeaderMap,
    address: Option<IpAddr>,
}

impl Speaker {
    async fn say(&mut self, message: Message) -> Result<(), Close> {
        // Nobody is there any more; the code reaches nobody.
        self.sink.send(message).await.map_err(|_| Close::PROTOCOL)
    }
}

/// Serves a socket until it has to be closed.
async fn serve(state: &AppState, speaker: &mut Speaker, mut stream: SplitStream<WebSocket>) -> Close {
    let initialised = timeout(state.live.options.init_timeout, introduced(state, speaker, &mut stream)).await;
    let token = match initialised {
        Err(_) => return Close::INIT_TIMEOUT,
        Ok(Err(close)) => return close,
        Ok(Ok(token)) => token,
    };
    let (connection, admission) = match state.domain.connect(token.as_deref()).await {
        Ok(connected) => connected,
        Err(NotConnected::Rejected(rejection)) => {
            budget::charge_rejected(state, speaker.address, &rejection);
            return close_after(&rejection);
        }
        Err(NotConnected::Refused(Refused::TooMany)) => return Close::TOO_MANY_SOCKETS,
        Err(NotConnected::Refused(Refused::Restart)) => return Close::RESTART,
        Err(NotConnected::Refused(Refused::Unavailable(_))) => return Close::LATER,
    };
    if let Err(close) = speaker.say(Say::ConnectionAck.message()).await {
        return close;
    }
    let heartbeat = state.live.options.heartbeat;
    let mut session = Session {
        state,
        address: speaker.address,
        signals: connection.signals(),
        connection,
        expires: Instant::now() + time_left(&state.domain, &admission),
        admission,
        token,
        operations: StreamMap::new(),
        subscriptions: StreamMap::new(),
        beats: interval_at(Instant::now() + heartbeat, heartbeat),
        is_heard: true,
    };
    loop {
        if let Err(close) = session.step(speaker, &mut stream).await {
            return close;
        }
    }
}

/// Waits for the client to say who it is: its token, if it has one.
async fn introduced(
    state: &AppState,
    speaker: &mut Speaker,
    stream: &mut SplitStream<WebSocket>,
) -> Result<Option<String>, Close> {
    loop {
        match next(state, stream).await? {
            None | Some(Said::Pong) => {}
            Some(Said::Ping) => speaker.say(Say::Pong.message()).await?,
            Some(Said::Subscribe { .. }) => return Err(Close::UNAUTHORIZED),
            Some(Said::Complete { .. }) => return Err(Close::MALFORMED),
            Some(Said::ConnectionInit { payload }) => return token_of(payload.unwrap_or_default()),
        }
    }
}

/// The token in the payload of `connection_init`: `authorization`, as in the header of that name.
fn token_of(payload: Map<String, Value>) -> Result<Option<String>, Close> {
    let given = payload.into_iter().find(|(name, _)| name.eq_ignore_ascii_case("authorization"));
    match given {
        None | Some((_, Value::Null)) => Ok(None),
        Some((_, Value::String(header))) => {
            credentials::bearer(&header).map(|token| Some(token.to_owned())).ok_or(Close::FORBIDDEN)
        }
        Some(_) => Err(Close::FORBIDDEN),
    }
}

async fn admit(state: &AppState, token: Option<&str>) -> Result<Admission, Close> {
    let Some(token) = token else { return Ok(Admission::SIGNED_OUT) };
    state.domain.authenticate(token).await.map_err(|rejection| close_after(&rejection))
}

fn close_after(rejection: &Rejection) -> Close {
    match rejection {
        Rejection::BadToken => Close::FORBIDDEN,
        Rejection::Unchecked(error) => {
            tracing::warn!(?error, "a token could not be checked");
            Close::LATER
        }
    }
}

/// What the client says next; nothing, if it was a matter of the WebSocket alone.
async fn next(state: &AppState, stream: &mut SplitStream<WebSocket>) -> Result<Option<Said>, Close> {
    // Gone without a word, or with one.
    let message = stream.next().await.unwrap_or(Ok(Message::Close(None)));
    match message.map_err(|error| close_for(error.into_inner().as_ref()))? {
        Message::Text(text) if text.len() > state.live.options.max_message_bytes => Err(Close::TOO_BIG),
        Message::Text(text) => serde_json::from_str(&text).map(Some).map_err(|_| Close::MALFORMED),
        Message::Binary(_) => Err(Close::MALFORMED),
        Message::Ping(_) | Message::Pong(_) => Ok(None),
        // What is said to somebody who has left does not matter.
        Message::Close(_) => Err(Close { code: 1000, reason: "" }),
    }
}

fn close_for(error: &(dyn std::error::Error + 'static)) -> Close {
    use tungstenite::Error;
    match error.downcast_ref() {
        Some(Error::Capacity(_)) => Close::TOO_BIG,
        Some(Error::Utf8(_)) => Close::NOT_UTF8,
        _ => Close::PROTOCOL,
    }
}

/// A client that has said who it is.
struct Session<'a> {
    state: &'a AppState,
    address: Option<IpAddr>,
    connection: Connection,
    signals: tokio::sync::watch::Receiver<Signals>,
    token: Option<String>,
    admission: Admission,
    expires: Instant,
    /// Queries and mutations.
    operations: StreamMap<String, BoxStream<'static, Option<Outcome>>>,
    /// Their events are told before other answers: they were judged when they were taken.
    subscriptions: StreamMap<String, BoxStream<'static, Option<Outcome>>>,
    beats: Interval,
    /// Whether the client has said anything since the last beat.
    is_heard: bool,
}

impl Session<'_> {
    /// Waits for what happens next, and does what there is to do.
    async fn step(&mut self, speaker: &mut Speaker, stream: &mut SplitStream<WebSocket>) -> Result<(), Close> {
        tokio::select! {
            biased;
            signals = heard(&mut self.signals) => self.heed(signals).await,
            () = sleep_until(self.expires) => Err(Close::FORBIDDEN),
            said = next(self.state, stream) => {
                self.is_heard = true;
                match said? {
                    None | Some(Said::Pong) => Ok(()),
                    Some(Said::Ping) => self.say(speaker, Say::Pong.message()).await,
                    Some(Said::ConnectionInit { .. }) => Err(Close::TWICE),
                    Some(Said::Subscribe { id, payload }) => self.begin(id, payload).await,
                    Some(Said::Complete { id }) => {
                        self.forget(&id);
                        Ok(())
                    }
                }
            }
            Some((id, outcome)) = self.subscriptions.next() => self.answer(speaker, id, outcome).await,
            Some((id, outcome)) = self.operations.next() => self.answer(speaker, id, outcome).await,
            _ = self.beats.tick() => {
                if !std::mem::take(&mut self.is_heard) {
                    return Err(Close::PROTOCOL);
                }
                self.say(speaker, Message::Ping(Vec::new().into())).await
            }
        }
    }

    async fn begin(&mut self, id: String, payload: Parameters) -> Result<(), Close> {
        if id.is_empty() || !payload.name_a_document() {
            return Err(Close::MALFORMED);
        }
        if self.operations.contains_key(&id) || self.subscriptions.contains_key(&id) {
            return Err(Close::DUPLICATE);
        }
        if self.operations.len() + self.subscriptions.len() >= self.state.live.options.operations {
            return Err(Close::TOO_MANY_OPERATIONS);
        }
        // As at every request.
        self.admission = admit(self.state, self.token.as_deref()).await?;
        let live = Live::new(self.connection.clone(), payload.last_event_id());
        let state = self.state;
        let prepared = state
            .prepare(payload.named(), payload.into_request(), self.admission.viewer, self.address)
            .and_then(|operation| {
                let charged = budget::charge(state, self.admission.viewer, self.address, &operation);
                Ok((operation, charged.map_err(|overspent| vec![budget::rate_limited(state, overspent)])?))
            });
        let mut begun = &mut self.operations;
        let answers = match prepared {
            Ok((operation, charged)) => {
                if operation.kind == OperationType::Subscription {
                    begun = &mut self.subscriptions;
                }
                let info = RequestInfo { key: None, address: self.address };
                let vc = ViewerContext::new(state.domain.clone(), self.admission.viewer, info);
                super::execute(state, operation, vc, live, charged)
            }
            Err(errors) => Box::pin(stream::once(async { Outcome::Refused(errors) })),
        };
        let with_end = answers.map(Some).chain(stream::once(async { None }));
        begun.insert(id, with_end.boxed());
        Ok(())
    }

    fn forget(&mut self, id: &str) {
        self.operations.remove(id);
        self.subscriptions.remove(id);
    }

    async fn answer(&mut self, speaker: &mut Speaker, id: String, outcome: Option<Outcome>) -> Result<(), Close> {
        let message = match outcome {
            Some(Outcome::Executed(mut response)) => {
                name_request(&mut response.errors, &speaker.headers);
                Say::Next { id: &id, payload: &response }.message()
            }
            Some(Outcome::Refused(mut errors)) => {
                self.forget(&id);
                name_request(&mut errors, &speaker.headers);
                Say::Error { id: &id, payload: &errors }.message()
            }
            None => {
                // When the hub has let go of everything, the signal tells why.
                if let Some(signals) = self.pending_signals() {
                    self.heed(signals).await?;
                }
                self.forget(&id);
                Say::Complete { id: &id }.message()
            }
        };
        self.say(speaker, message).await
    }

    fn pending_signals(&mut self) -> Option<Signals> {
        self.signals.has_changed().unwrap_or(false).then(|| *self.signals.borrow_and_update())
    }

    /// Says something; while the client does not take it, heeds what has to be heeded.
    async fn say(&mut self, speaker: &mut Speaker, message: Message) -> Result<(), Close> {
        // Of an event that is told, the subscription has the turn.
        let _turn = self.connection.turn();
        let late = Instant::now() + self.state.live.options.heartbeat * 2;
        let mut said = std::pin::pin!(speaker.say(message));
        loop {
            tokio::select! {
                outcome = &mut said => return outcome,
                signals = heard(&mut self.signals) => {
                    self.admission = heeded(self.state, self.token.as_deref(), signals).await?;
                }
                () = sleep_until(self.expires) => return Err(Close::FORBIDDEN),
                () = sleep_until(late) => return Err(Close::SLOW),
            }
        }
    }

    async fn heed(&mut self, signals: Signals) -> Result<(), Close> {
        self.admission = heeded(self.state, self.token.as_deref(), signals).await?;
        Ok(())
    }
}

/// Checks anew whether the client is let in, unless it has to leave anyway.
async fn heeded(state: &AppState, token: Option<&str>, signals: Signals) -> Result<Admission, Close> {
    if signals.restart {
        Err(Close::RESTART)
    } else if signals.slow {
        Err(Close::SLOW)
    } else {
        admit(state, token).await
    }
}
