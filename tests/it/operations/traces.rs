//! Traces, sent by the real server to a collector of the test's.

use std::{
    collections::BTreeMap,
    net::SocketAddr,
    sync::{Arc, Mutex},
    time::Duration,
};

use axum::{Router, body::Bytes, routing::post};
use opentelemetry_proto::tonic::{
    collector::trace::v1::ExportTraceServiceRequest,
    common::v1::{KeyValue, any_value::Value as Any},
    trace::v1::Span,
};
use prost::Message;
use serde_json::json;
use sha2::{Digest, Sha256};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    time::{Instant, timeout},
};

use crate::{
    faults::{process::Process, stopped::token},
    support::{Post, TestApp},
};

/// What was sent to a collector.
#[derive(Clone, Default)]
pub struct Collector(Arc<Mutex<Vec<Bytes>>>);

impl Collector {
    /// One that runs, and its address.
    pub async fn start() -> (Self, String) {
        let collector = Self::default();
        let kept = collector.clone();
        let take = move |body: Bytes| {
            kept.0.lock().unwrap().push(body);
            std::future::ready(())
        };
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let routes = Router::new().route("/v1/traces", post(take));
        tokio::spawn(async { axum::serve(listener, routes).await });
        (collector, address)
    }

    pub fn spans(&self) -> Vec<Span> {
        let bodies = self.0.lock().unwrap().clone();
        let requests = bodies.into_iter().map(|body| ExportTraceServiceRequest::decode(body).unwrap());
        let scopes = requests.flat_map(|request| request.resource_spans).flat_map(|spans| spans.scope_spans);
        scopes.flat_map(|scope| scope.spans).collect()
    }

    pub fn holds(&self, text: &str) -> bool {
        self.0.lock().unwrap().iter().any(|body| body.windows(text.len()).any(|window| window == text.as_bytes()))
    }
}

/// The attributes of a span, as text.
pub fn attributes(span: &Span) -> BTreeMap<String, String> {
    let text = |attribute: &KeyValue| match attribute.value.clone().unwrap().value.unwrap() {
        Any::StringValue(text) => text,
        other => format!("{other:?}"),
    };
    span.attributes.iter().map(|attribute| (attribute.key.clone(), text(attribute))).collect()
}

/// Sends an operation with these headers.
async fn send(address: SocketAddr, headers: &str, body: &str) -> String {
    let mut stream = TcpStream::connect(address).await.unwrap();
    let request = format!(
        "POST /graphql HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nConnection: close\r\n{headers}\
         Content-Length: {}\r\n\r\n{body}",
        body.len()
    );
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    answer
}

const TRACE: &str = "0af7651916cd43dd8448eb211c80319c";
const PARENT: &str = "b7ad6b7169203331";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn spans_of_requests_operations_and_statements_arrive_and_are_nobodys() {
    let app = TestApp::new().await;
    let me = app.person("wanderer").await;
    let post = app.post(&me, Post::public("a thought")).await;
    let (collector, endpoint) = Collector::start().await;
    let process = Process::serve_with(&app.database, &["serve"], &[("OTLP_ENDPOINT", &endpoint)]).await;

    let token = token(me.id);
    let query = "query Private($id: ID!, $near: GeoPointInput!) { node(id: $id) { id ... on Post { body } }
        beacons(area: { circle: { center: $near, radiusMeters: 500 } }) { nodes { id } } }";
    let variables = json!({ "id": post, "near": { "latitude": 44.987_654, "longitude": -93.123_456 } });
    let headers = format!(
        "Authorization: Bearer {token}\r\nX-Request-Id: request-7\r\ntraceparent: 00-{TRACE}-{PARENT}-01\r\n\
         tracestate: vendor=whisper\r\nbaggage: name=whisper\r\n"
    );
    let answer = send(process.address, &headers, &json!({ "query": query, "variables": variables }).to_string()).await;
    assert!(answer.contains("a thought"), "{answer}");
    // Nobody has to wait for what is on its way: the end of the server sends it.
    process.signal("TERM").await;
    process.ended().await;

    let spans = collector.spans();
    let hex = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    let request = spans.iter().find(|span| span.name == "request").expect("no span of the request");
    assert_eq!((hex(&request.trace_id), hex(&request.parent_span_id)), (TRACE.to_owned(), PARENT.to_owned()));
    let told = attributes(request);
    assert_eq!(
        (told["path"].as_str(), told["id"].as_str(), told["method"].as_str()),
        ("/graphql", "request-7", "POST")
    );
    let operation = spans.iter().find(|span| span.name == "operation").expect("no span of the operation");
    assert_eq!((&operation.trace_id, &operation.parent_span_id), (&request.trace_id, &request.span_id));
    let hash: String = Sha256::digest(query.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect();
    let told = attributes(operation);
    assert_eq!(
        (told["hash"].as_str(), told["kind"].as_str(), told["name"].as_str()),
        (hash.as_str(), "query", "(several)")
    );
    let statements: Vec<_> = spans.iter().filter(|span| span.parent_span_id == operation.span_id).collect();
    assert!(statements.len() >= 2 && statements.iter().all(|span| span.name == "statement"), "{statements:?}");
    for span in &statements {
        assert!(["SELECT", "WITH"].contains(&attributes(span)["kind"].as_str()));
        assert!(span.start_time_unix_nano < span.end_time_unix_nano && span.events.is_empty());
    }
    let ids = [me.id.to_string(), post.to_string()];
    let secrets = ["Private", "a thought", "wanderer", "whisper", "44.98", "93.12", "127.0.0.1", "Bearer", &token];
    for secret in secrets.into_iter().chain(ids.iter().map(String::as_str)) {
        assert!(!collector.holds(secret), "{secret} was sent");
    }
    let known = ["id", "method", "path", "kind", "name", "hash"];
    for (name, value) in spans.iter().flat_map(attributes) {
        assert!(known.contains(&name.as_str()), "{name}={value}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_collector_that_is_away_or_silent_holds_nobody_up() {
    let app = TestApp::new().await;
    // One where nobody listens, and one that takes connections and says nothing.
    let away = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
    for address in [away, silent.local_addr().unwrap()] {
        let endpoint = format!("http://{address}");
        let process = Process::serve_with(&app.database, &["serve"], &[("OTLP_ENDPOINT", &endpoint)]).await;
        let body = json!({ "query": "{ globalFeed { nodes { id } } }" }).to_string();
        let began = Instant::now();
        for _ in 0..100 {
            send(process.address, "", &body).await;
        }
        assert!(began.elapsed() < Duration::from_secs(10), "{:?}", began.elapsed());
        process.signal("TERM").await;
        timeout(Duration::from_secs(12), process.ended()).await.expect("it waits for the collector");
    }
}
