//! The messages of `graphql-transport-ws`, and the codes that a socket is closed with.
//! <https://github.com/graphql/graphql-over-http/blob/main/rfcs/GraphQLOverWebSocket.md>

use async_graphql::ServerError;
use axum::extract::ws::{CloseFrame, Message};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::http::graphql::Parameters;

/// The name of the protocol.
pub const NAME: &str = "graphql-transport-ws";

/// What a client says.
#[derive(Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Said {
    /// Who it is, before all else.
    ConnectionInit { payload: Option<Map<String, Value>> },
    /// Whether we are there.
    Ping,
    /// That it is there.
    Pong,
    /// An operation.
    Subscribe { id: String, payload: Parameters },
    /// That it wants no more of an operation.
    Complete { id: String },
}

/// What we say.
#[derive(Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Say<'a> {
    /// The client may begin.
    ConnectionAck,
    /// We are there.
    Pong,
    /// An answer.
    Next { id: &'a str, payload: &'a async_graphql::Response },
    /// An operation is refused, which ends it.
    Error { id: &'a str, payload: &'a [ServerError] },
    /// An operation is over.
    Complete { id: &'a str },
}

impl Say<'_> {
    /// As a message.
    pub fn message(&self) -> Message {
        // Everything in it can be written as JSON.
        Message::Text(serde_json::to_string(self).unwrap_or_default().into())
    }
}

/// Why a socket is closed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Close {
    /// The code.
    pub code: u16,
    /// The reason, which clients show to developers; 123 bytes at most.
    pub reason: &'static str,
}

impl Close {
    /// A message that the protocol does not know.
    pub const MALFORMED: Self = Self { code: 4400, reason: "Invalid message" };
    /// An operation before the client said who it is.
    pub const UNAUTHORIZED: Self = Self { code: 4401, reason: "Unauthorized" };
    /// The token is not good, or no longer.
    pub const FORBIDDEN: Self = Self { code: 4403, reason: "Forbidden" };
    /// Another subprotocol.
    pub const SUBPROTOCOL: Self = Self { code: 4406, reason: "Subprotocol not acceptable" };
    /// The client did not say who it is.
    pub const INIT_TIMEOUT: Self = Self { code: 4408, reason: "Connection initialisation timeout" };
    /// Two operations with the same id.
    pub const DUPLICATE: Self = Self { code: 4409, reason: "Subscriber already exists" };
    /// The client said twice who it is.
    pub const TWICE: Self = Self { code: 4429, reason: "Too many initialisation requests" };
    /// More sockets of a person or from an address than there may be.
    pub const TOO_MANY_SOCKETS: Self = Self { code: 4429, reason: "Too many connections" };
    /// More operations on a socket than there may be.
    pub const TOO_MANY_OPERATIONS: Self = Self { code: 4429, reason: "Too many operations" };
    /// The client takes events too slowly.
    pub const SLOW: Self = Self { code: 4429, reason: "Too many events wait to be read" };
    /// Something that is no WebSocket.
    pub const PROTOCOL: Self = Self { code: 1002, reason: "Protocol error" };
    /// Text that is none.
    pub const NOT_UTF8: Self = Self { code: 1007, reason: "Not UTF-8" };
    /// A message that is too large.
    pub const TOO_BIG: Self = Self { code: 1009, reason: "Message too big" };
    /// The server stops: come back to another.
    pub const RESTART: Self = Self { code: 1012, reason: "Service restart" };
    /// It cannot be found out who this is: come back later.
    pub const LATER: Self = Self { code: 1013, reason: "Try again later" };

    /// As a message.
    pub fn message(&self) -> Message {
        Message::Close(Some(CloseFrame { code: self.code, reason: self.reason.into() }))
    }
}
