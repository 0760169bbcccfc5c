//! A client over the wire, that tells an answer from none.

use std::net::SocketAddr;

use http::{HeaderMap, HeaderName};
use serde_json::Value;
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader},
    net::TcpStream,
};

use crate::support::Answer;

/// Why there is no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Silence {
    /// Nobody listens.
    Refused,
    /// The connection ended before there was an answer, or in the middle of it.
    Dropped,
}

/// One connection after the other, each used until it is closed.
pub struct Client {
    address: SocketAddr,
    connection: Option<BufReader<TcpStream>>,
}

impl Client {
    pub fn of(address: SocketAddr) -> Self {
        Self { address, connection: None }
    }

    /// Sends an operation, on the connection that there is or on a new one.
    pub async fn post(&mut self, token: &str, key: Option<&str>, body: &Value) -> Result<Answer, Silence> {
        let body = body.to_string();
        let key = key.map(|key| format!("Idempotency-Key: {key}\r\n")).unwrap_or_default();
        let request = format!(
            "POST /graphql HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n\
             Authorization: Bearer {token}\r\n{key}Content-Length: {}\r\n\r\n{body}",
            body.len()
        );
        let mut connection = match self.connection.take() {
            Some(connection) => connection,
            None => BufReader::new(TcpStream::connect(self.address).await.map_err(|_| Silence::Refused)?),
        };
        connection.write_all(request.as_bytes()).await.map_err(|_| Silence::Dropped)?;
        let answer = answer(&mut connection).await.ok_or(Silence::Dropped)?;
        let is_last = answer.headers.get("connection").is_some_and(|value| value == "close");
        self.connection = Some(connection).filter(|_| !is_last);
        Ok(answer)
    }
}

/// The next answer; none when the connection ends before it does.
async fn answer(connection: &mut BufReader<TcpStream>) -> Option<Answer> {
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        if connection.read_line(&mut head).await.ok()? == 0 {
            return None;
        }
    }
    let (status, fields) = head.split_once("\r\n")?;
    let fields = fields.lines().filter_map(|field| field.split_once(": "));
    let headers: HeaderMap =
        fields.map(|(name, value)| (name.parse::<HeaderName>().unwrap(), value.parse().unwrap())).collect();
    let mut body = vec![0; headers["content-length"].to_str().unwrap().parse().unwrap()];
    connection.read_exact(&mut body).await.ok()?;
    let body = String::from_utf8(body).unwrap();
    let json = serde_json::from_str(&body).unwrap_or_default();
    Some(Answer { status: status.split(' ').nth(1)?.parse().unwrap(), headers, body, json })
}
