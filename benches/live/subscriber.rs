//! Those who watch.

use std::{net::SocketAddr, time::Instant};

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::{net::TcpStream, sync::mpsc};
use tokio_tungstenite::{
    WebSocketStream, client_async_with_config,
    tungstenite::{Message, client::IntoClientRequest, protocol::WebSocketConfig},
};

use crate::Heard;

pub struct Socket(WebSocketStream<TcpStream>);

impl Socket {
    pub async fn open(address: SocketAddr, token: Option<&str>) -> Self {
        let mut request = format!("ws://{address}/graphql").into_client_request().unwrap();
        request.headers_mut().insert("sec-websocket-protocol", "graphql-transport-ws".parse().unwrap());
        let stream = TcpStream::connect(address).await.unwrap();
        let small = WebSocketConfig::default().read_buffer_size(4 * 1024);
        let (socket, _) = client_async_with_config(request, stream, Some(small)).await.unwrap();
        let mut socket = Self(socket);
        let payload = token.map(|token| json!({ "authorization": format!("Bearer {token}") }));
        socket.say(&json!({ "type": "connection_init", "payload": payload })).await;
        assert_eq!(socket.next().await["type"], "connection_ack");
        socket
    }

    async fn say(&mut self, message: &Value) {
        self.0.send(Message::text(message.to_string())).await.unwrap();
    }

    pub async fn subscribe(&mut self, id: &str, query: &str) {
        self.say(&json!({ "type": "subscribe", "id": id, "payload": { "query": query } })).await;
    }

    pub async fn next(&mut self) -> Value {
        self.heard().await.expect("the server has closed a socket")
    }

    /// The next message; none, when the server is gone.
    async fn heard(&mut self) -> Option<Value> {
        loop {
            match self.0.next().await?.ok()? {
                Message::Text(text) => return serde_json::from_str(&text).ok(),
                Message::Ping(_) | Message::Pong(_) => {}
                _ => return None,
            }
        }
    }
}

/// Opens a socket that watches the surroundings of a place, and reports what it hears.
pub async fn watch(
    address: SocketAddr,
    number: usize,
    token: Option<String>,
    (latitude, longitude): (f64, f64),
    heard: mpsc::UnboundedSender<Heard>,
) {
    let mut socket = Socket::open(address, token.as_deref()).await;
    let query = format!(
        "subscription {{ beaconChanged(area: {{ circle: {{ center: {{ latitude: {latitude}, longitude: {longitude} }},
         radiusMeters: 5000 }} }}) {{ kind beaconId beacon {{ body type severity location {{ latitude longitude }} }} }} }}"
    );
    socket.subscribe("map", &query).await;
    // The subscription stands when something that was asked for later is answered.
    for turn in ["a", "b"] {
        socket.subscribe(turn, "{ beacon(id: \"00000000-0000-4000-8000-000000000000\") { id } }").await;
        while socket.next().await["type"] != "complete" {}
    }
    tokio::spawn(async move {
        // What a socket that was closed misses is counted as lost.
        while let Some(message) = socket.heard().await {
            let event = &message["payload"]["data"]["beaconChanged"];
            if event["kind"] == "CREATED" {
                let beacon = event["beacon"]["body"].as_str().and_then(|body| body.parse().ok());
                let _ = heard.send((number, beacon.unwrap_or_else(|| panic!("{message}")), Instant::now()));
            }
        }
    });
}
