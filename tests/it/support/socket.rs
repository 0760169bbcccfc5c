//! Clients of live transport that say and hear every byte themselves.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use sojorn::domain::Domain;
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader},
    net::{TcpSocket, TcpStream},
    time::{sleep, timeout},
};
use tokio_tungstenite::{
    WebSocketStream, client_async_with_config,
    tungstenite::{Message, client::IntoClientRequest},
};

use super::{Server, privacy};

/// How long something that has to come may take.
const SOON: Duration = Duration::from_secs(20);

const PROTOCOL: &str = "graphql-transport-ws";

/// A WebSocket.
pub struct Socket(pub WebSocketStream<TcpStream>, Option<Arc<Domain>>);

impl Socket {
    /// Opens one that speaks our protocol and has said nothing yet.
    pub async fn open(server: &Server) -> Self {
        Self::open_as(server, Some(PROTOCOL)).await
    }

    /// Opens one that speaks this protocol.
    pub async fn open_as(server: &Server, protocol: Option<&str>) -> Self {
        Self(Self::open_at(server.address, protocol).await, Some(Arc::clone(&server.domain)))
    }

    async fn open_at(address: SocketAddr, protocol: Option<&str>) -> WebSocketStream<TcpStream> {
        Self::open_over(TcpStream::connect(address).await.unwrap(), protocol).await
    }

    async fn open_over(stream: TcpStream, protocol: Option<&str>) -> WebSocketStream<TcpStream> {
        let mut request = format!("ws://{}/graphql", stream.peer_addr().unwrap()).into_client_request().unwrap();
        if let Some(protocol) = protocol {
            request.headers_mut().insert("sec-websocket-protocol", protocol.parse().unwrap());
        }
        let (socket, _) = client_async_with_config(request, stream, None).await.unwrap();
        socket
    }

    /// Opens one and says who it is.
    pub async fn connect(server: &Server, token: Option<&str>) -> Self {
        Self::open(server).await.introduced(token).await
    }

    /// As [`Self::connect`], at this address, of a server that is no part of this process.
    pub async fn connect_to(address: SocketAddr, token: Option<&str>) -> Self {
        Self(Self::open_at(address, Some(PROTOCOL)).await, None).introduced(token).await
    }

    /// As [`Self::connect`], with a kernel that takes little for somebody who does not read.
    pub async fn connect_narrowly(server: &Server, token: Option<&str>) -> Self {
        let narrow = TcpSocket::new_v4().unwrap();
        narrow.set_recv_buffer_size(4_096).unwrap();
        let stream = narrow.connect(server.address).await.unwrap();
        let socket = Self::open_over(stream, Some(PROTOCOL)).await;
        Self(socket, Some(Arc::clone(&server.domain))).introduced(token).await
    }

    async fn introduced(mut self, token: Option<&str>) -> Self {
        self.init(token).await;
        assert_eq!(self.hear().await, json!({ "type": "connection_ack" }));
        self
    }

    pub async fn init(&mut self, token: Option<&str>) {
        let payload = token.map(|token| json!({ "authorization": format!("Bearer {token}") }));
        self.say(&json!({ "type": "connection_init", "payload": payload })).await;
    }

    pub async fn say(&mut self, message: &Value) {
        privacy::sent_as(&message["payload"]);
        self.send(Message::text(message.to_string())).await;
    }

    pub async fn send(&mut self, message: Message) {
        self.0.send(message).await.unwrap();
    }

    /// Begins an operation, and waits until the server waits for its events.
    pub async fn subscribe(&mut self, id: &str, query: &str) {
        self.subscribe_after(id, query, None).await;
        self.settle().await;
    }

    pub async fn subscribe_after(&mut self, id: &str, query: &str, after: Option<&str>) {
        let extensions = after.map(|id| json!({ "lastEventId": id }));
        let payload = json!({ "query": query, "extensions": extensions });
        self.say(&json!({ "type": "subscribe", "id": id, "payload": payload })).await;
    }

    /// Waits until all that was said has begun, and nothing is missed any more.
    pub async fn settle(&mut self) {
        self.subscribe_after("settled", "{ __typename }", None).await;
        assert_eq!(self.hear().await["type"], "next");
        assert_eq!(self.hear().await["type"], "complete");
        self.begun().await;
    }

    /// Waits until all operations that the server was heard to have come to have begun; a server of another process tells
    /// nobody, and gets a moment.
    pub async fn begun(&self) {
        let Some(domain) = &self.1 else { return sleep(Duration::from_millis(500)).await };
        while domain.hub().beginning() > 0 {
            sleep(Duration::from_millis(2)).await;
        }
    }

    /// What the server says next, pings aside.
    pub async fn hear(&mut self) -> Value {
        match self.message().await {
            Message::Text(text) => serde_json::from_str(&text).unwrap(),
            other => panic!("{other:?}"),
        }
    }

    /// As [`Self::hear`]; none, when nothing comes for so long.
    pub async fn hear_within(&mut self, patience: Duration) -> Option<Value> {
        timeout(patience, self.hear()).await.ok()
    }

    pub async fn message(&mut self) -> Message {
        let next = async {
            loop {
                let message = self.0.next().await.expect("the end").unwrap();
                if !matches!(message, Message::Ping(_) | Message::Pong(_)) {
                    return message;
                }
            }
        };
        timeout(SOON, next).await.expect("nothing comes")
    }

    /// The data of the next event of this operation.
    pub async fn event(&mut self, id: &str) -> Value {
        let message = self.hear().await;
        assert_eq!((&message["type"], &message["id"]), (&json!("next"), &json!(id)), "{message}");
        assert_eq!(message["payload"].get("errors"), None, "{message}");
        message["payload"]["data"].clone()
    }

    /// That nothing comes. For whatever is on its way, what has to come is waited for before.
    pub async fn hears_nothing(&mut self) {
        if let Some(message) = self.hear_within(Duration::from_millis(400)).await {
            panic!("{message}");
        }
    }

    /// The code and the reason that the server closes with.
    pub async fn closed(&mut self) -> (u16, String) {
        loop {
            match self.message().await {
                Message::Close(Some(frame)) => return (frame.code.into(), frame.reason.to_string()),
                Message::Close(None) => return (1005, String::new()),
                _ => {}
            }
        }
    }
}

/// An answer of server-sent events.
pub struct Events {
    pub head: String,
    lines: BufReader<TcpStream>,
}

impl Events {
    /// Asks, and reads the head of the answer.
    pub async fn ask(server: &Server, token: Option<&str>, headers: &str, body: &Value) -> Self {
        privacy::sent_as(body);
        let mut stream = TcpStream::connect(server.address).await.unwrap();
        let body = body.to_string();
        let token = token.map(|token| format!("Authorization: Bearer {token}\r\n")).unwrap_or_default();
        let request = format!(
            "POST /graphql HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\n\
             Content-Type: application/json\r\n{token}{headers}Content-Length: {}\r\n\r\n{body}",
            body.len()
        );
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut lines = BufReader::new(stream);
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            assert_ne!(timeout(SOON, lines.read_line(&mut head)).await.unwrap().unwrap(), 0, "{head}");
        }
        Self { head, lines }
    }

    /// The next event, without its chunk: the text up to the empty line. None at the end of the body.
    pub async fn next(&mut self) -> Option<String> {
        let mut size = String::new();
        timeout(SOON, self.lines.read_line(&mut size)).await.expect("nothing comes").unwrap();
        let size = usize::from_str_radix(size.trim(), 16).unwrap_or_default();
        let mut chunk = vec![0; size + 2];
        timeout(SOON, self.lines.read_exact(&mut chunk)).await.expect("nothing comes").ok()?;
        (size > 0).then(|| String::from_utf8(chunk).unwrap().trim_end().to_owned())
    }

    /// The whole body of an answer that is no stream.
    pub async fn body(mut self) -> String {
        let length =
            self.head.lines().find_map(|line| line.to_lowercase().strip_prefix("content-length: ").map(str::to_owned));
        let mut body = vec![0; length.unwrap().parse().unwrap()];
        self.lines.read_exact(&mut body).await.unwrap();
        String::from_utf8(body).unwrap()
    }
}
