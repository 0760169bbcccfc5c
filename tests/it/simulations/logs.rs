//! What log, traces and numbers tell of people. Every test of the house watches for it (`support/privacy.rs`); here the server is run as
//! it is delivered, told to log all that it can, and given everything to tell.

use std::{net::SocketAddr, process::Stdio, time::Duration};

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader},
    net::{TcpListener, TcpStream},
    process::{Child, Command},
    time::timeout,
};
use tokio_tungstenite::{
    client_async,
    tungstenite::{Message, client::IntoClientRequest},
};

use crate::{
    operations::traces::{Collector, attributes},
    support::{
        Database, SECRET, TestApp,
        privacy::{self, Known},
    },
};

const EMAIL: &str = "zoe.quill@mail.sojorn.example";
const LOGIN: &str = "a password that nobody else has";
const TEXT: &str = "a text that is for followers, about a party";
const METHOD: &str = "THE_NAME_OF_A_FRIEND";
const LATITUDE: f64 = 44.977_753;
const LONGITUDE: f64 = -93.265_011;

/// The server as it is delivered.
struct Delivered {
    process: Child,
    address: SocketAddr,
}

impl Delivered {
    async fn start(database: &Database, format: &str, settings: &[(&str, &str)]) -> Self {
        let mut process = Command::new(env!("CARGO_BIN_EXE_sojorn"))
            .arg("serve")
            .env_clear()
            .envs([("DATABASE_URL", database.url.as_str()), ("JWT_SECRET", SECRET), ("LISTEN", "127.0.0.1:0")])
            .envs([("LOG", "trace"), ("LOG_FORMAT", format)])
            .envs(settings.iter().copied())
            .current_dir(std::env::temp_dir())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(process.stdout.take().unwrap()).lines();
        let line = lines.next_line().await.unwrap().unwrap();
        let (_, address) = line.split_once("http://").unwrap();
        Self { address: address.split('/').next().unwrap().parse().unwrap(), process }
    }

    /// Sends these bytes, and reads what comes back.
    async fn send(&self, request: &str) -> String {
        Self::send_to(self.address, request).await
    }

    async fn send_to(address: SocketAddr, request: &str) -> String {
        let mut stream = TcpStream::connect(address).await.unwrap();
        // What is too long is cut off in the middle.
        let _ = stream.write_all(request.as_bytes()).await;
        let mut bytes = Vec::new();
        let _ = timeout(Duration::from_secs(20), stream.read_to_end(&mut bytes)).await.unwrap();
        String::from_utf8_lossy(&bytes).into_owned()
    }

    async fn post(&self, headers: &str, body: &str) -> String {
        let length = body.len();
        self.send(&format!(
            "POST /graphql HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Type: application/json\r\n\
             {headers}Content-Length: {length}\r\n\r\n{body}"
        ))
        .await
    }

    async fn get(&self, path: &str, headers: &str) -> String {
        self.send(&format!("GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n{headers}\r\n")).await
    }

    async fn ask(&self, token: Option<&str>, query: &str, variables: &Value) -> Value {
        let token = token.map(|token| format!("Authorization: Bearer {token}\r\n")).unwrap_or_default();
        let answer = self.post(&token, &json!({ "query": query, "variables": variables }).to_string()).await;
        serde_json::from_str(answer.split_once("\r\n\r\n").unwrap().1).unwrap_or_else(|_| panic!("{answer}"))
    }

    /// All that it has logged. Before it ends, it sends what traces are left.
    async fn log(mut self) -> String {
        let id = self.process.id().unwrap().to_string();
        assert!(Command::new("kill").args(["-TERM", &id]).status().await.unwrap().success());
        let mut log = String::new();
        self.process.stderr.take().unwrap().read_to_string(&mut log).await.unwrap();
        log
    }
}

/// Somebody signs up, signs in, writes, tells places, watches, and gets everything wrong that can be. What was said in
/// confidence comes back.
async fn say_everything(server: &Delivered) -> Vec<String> {
    let session = "session { accessToken refreshToken } userErrors { code }";
    let sign_up = format!("mutation($input: SignUpInput!) {{ signUp(input: $input) {{ {session} }} }}");
    let input = json!({ "email": EMAIL, "password": LOGIN, "handle": "zoe" });
    let answer = server.ask(None, &sign_up, &json!({ "input": input })).await;
    let text = |pointer: &str| answer.pointer(pointer).and_then(Value::as_str).unwrap().to_owned();
    let access = text("/data/signUp/session/accessToken");
    let refresh = text("/data/signUp/session/refreshToken");
    let token = Some(access.as_str());
    for (login, password) in [(EMAIL, LOGIN), (EMAIL, "a wrong password of hers")] {
        let sign_in = format!("mutation($input: SignInInput!) {{ signIn(input: $input) {{ {session} }} }}");
        server.ask(None, &sign_in, &json!({ "input": { "login": login, "password": password } })).await;
    }
    let write = "mutation($input: CreatePostInput!) { createPost(input: $input) { post { id } userErrors { code } } }";
    for fields in
        [json!({ "body": TEXT }), json!({ "body": TEXT, "durationMs": -1 }), json!({ "body": TEXT.repeat(200) })]
    {
        server.ask(token, write, &json!({ "input": fields })).await;
    }
    let place = json!({ "latitude": LATITUDE, "longitude": LONGITUDE });
    let beacon =
        "mutation($input: CreateBeaconInput!) { createBeacon(input: $input) { manageKey userErrors { code } } }";
    let input = json!({ "body": TEXT, "type": "FIRE", "location": place });
    let made = server.ask(token, beacon, &json!({ "input": input })).await;
    let key = made.pointer("/data/createBeacon/manageKey").and_then(Value::as_str).unwrap().to_owned();
    let circle =
        format!("circle: {{ center: {{ latitude: {LATITUDE}, longitude: {LONGITUDE} }}, radiusMeters: 777.125 }}");
    let look = format!("{{ beacons(area: {{ {circle} }}) {{ nodes {{ body location {{ latitude }} }} }} }}");
    for query in [
        look.clone(),
        look.replace("44.97", "944.97"),
        format!("{{ search(query: \"{TEXT}\") {{ nodes {{ __typename }} }} }}"),
        format!("{{ post(id: \"{TEXT}\") {{ id }} profile(by: {{ handle: \"{EMAIL}\" }}) {{ id }} }}"),
        format!("{{ globalFeed(after: \"{TEXT}\") {{ nodes {{ body }} }} }}"),
        // A syntax error, an unknown field and a wrong type, each with something in it.
        format!("mutation {{ signIn(input: {{ login: \"{EMAIL}\", password: \"{LOGIN}\" ) }}"),
        format!("{{ wrong(text: \"{TEXT}\") {{ id }} }}"),
        format!("{{ globalFeed(first: \"{TEXT}\") {{ nodes {{ id }} }} }}"),
    ] {
        server.ask(token, &query, &json!({})).await;
    }
    server.post("", &format!("{{ \"query\": \"{TEXT}\", {EMAIL}")).await;
    server.post("Content-Type: text/plain\r\n", TEXT).await;
    server.post(&format!("Authorization: Bearer {access}x\r\n"), "{\"query\":\"{ viewer { id } }\"}").await;
    server.post(&format!("Authorization: Basic {LOGIN}\r\nCookie: s={refresh}\r\n"), "{}").await;
    let encoded = TEXT.replace(' ', "%20");
    for path in [
        "/tiles/beacons/14/3950/5900.mvt".to_owned(),
        format!("/tiles/beacons/{LATITUDE}/{LONGITUDE}/{EMAIL}.mvt"),
        format!("/graphql?query={encoded}&at={LATITUDE},{LONGITUDE}"),
        format!("/{EMAIL}/{encoded}?token={access}"),
        format!("/map?at={LATITUDE},{LONGITUDE}"),
    ] {
        let headers = format!("Referer: http://x.example/{encoded}#{LATITUDE}\r\nUser-Agent: {EMAIL}\r\n");
        server.get(&path, &format!("{headers}Authorization: Bearer {access}\r\n")).await;
    }
    server.send(&format!("{METHOD} /graphql HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")).await;
    let named = json!({ "query": format!("query {METHOD} {{ __typename }}"), "operationName": METHOD });
    server.post(&format!("X-Request-Id: {LOGIN}\r\nX-Apollo-Operation-Name: {METHOD}\r\n"), &named.to_string()).await;
    // What is no request at all, and one that is too long.
    server.send(&format!("{TEXT} {EMAIL} {access}\r\n\r\n")).await;
    server.post("", &format!("{{\"query\":\"{}\"}}", TEXT.repeat(30_000))).await;
    watch(server, &access, &circle).await;
    vec![EMAIL.to_owned(), LOGIN.to_owned(), TEXT.to_owned(), encoded, access, refresh, key, METHOD.to_owned()]
}

/// Live connections, one that says who it is and one that talks nonsense.
async fn watch(server: &Delivered, access: &str, circle: &str) {
    let connect = async || {
        let mut request = format!("ws://{}/graphql", server.address).into_client_request().unwrap();
        request.headers_mut().insert("sec-websocket-protocol", "graphql-transport-ws".parse().unwrap());
        client_async(request, TcpStream::connect(server.address).await.unwrap()).await.unwrap().0
    };
    let watch = format!("subscription {{ beaconChanged(area: {{ {circle} }}) {{ beaconId }} }}");
    let init = json!({ "type": "connection_init", "payload": { "authorization": format!("Bearer {access}") } });
    let subscribe = |query: &str| json!({ "type": "subscribe", "id": TEXT, "payload": { "query": query } });
    let mut socket = connect().await;
    for message in [init, subscribe(&watch), subscribe(TEXT), subscribe("{ viewer { email } }")] {
        socket.send(Message::text(message.to_string())).await.unwrap();
    }
    assert_eq!(socket.next().await.unwrap().unwrap(), Message::text(r#"{"type":"connection_ack"}"#));
    socket.next().await.unwrap().unwrap();
    let _ = socket.close(None).await;
    let mut socket = connect().await;
    socket.send(Message::text(format!("{TEXT} {EMAIL}"))).await.unwrap();
    while let Some(Ok(_)) = socket.next().await {}
    let bad = json!({ "query": watch, "extensions": { "lastEventId": TEXT } }).to_string();
    server.post("Accept: text/event-stream\r\n", &bad).await;
}

/// A line without its time, which has as many digits as a place.
fn without_time(line: &str) -> String {
    match serde_json::from_str::<Value>(line) {
        Ok(Value::Object(mut fields)) => {
            assert!(fields.remove("timestamp").is_some(), "{line}");
            Value::Object(fields).to_string()
        }
        _ => line.split_once(' ').map_or(line, |(_, rest)| rest).to_owned(),
    }
}

async fn delivered_server_tells_nothing(format: &str) {
    let app = TestApp::new().await;
    let (collector, endpoint) = Collector::start().await;
    let numbers = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let settings = [("OTLP_ENDPOINT", endpoint.as_str()), ("METRICS_LISTEN", &numbers.to_string())];
    let server = Delivered::start(&app.database, format, &settings).await;
    // Somebody's own trigger may say what it likes; the database sends that along.
    let chatter = "CREATE FUNCTION chatter() RETURNS trigger LANGUAGE plpgsql AS
            $$BEGIN RAISE WARNING '% at %', NEW.body, 44.977753; RAISE NOTICE '%', NEW.body; RETURN NEW; END$$;
        CREATE TRIGGER chatter BEFORE INSERT ON posts FOR EACH ROW EXECUTE FUNCTION chatter()";
    app.database.run(chatter).await;
    let secrets = say_everything(&server).await;
    // A statement that cannot be carried out, with a text in it; and then none can.
    app.database.run("ALTER TABLE posts ADD CONSTRAINT no_more CHECK (body <> body) NOT VALID").await;
    let token = secrets[4].as_str();
    let write = "mutation($body: String) { createPost(input: { body: $body }) { post { id } } }";
    let failed = server.ask(Some(token), write, &json!({ "body": TEXT })).await;
    assert_eq!(failed.pointer("/errors/0/extensions/code"), Some(&json!("INTERNAL_SERVER_ERROR")), "{failed}");
    app.database.drop_now().await;
    server.ask(Some(token), write, &json!({ "body": TEXT })).await;
    server.get("/health/ready", "").await;

    let scrape = "GET /metrics HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
    let metrics = Delivered::send_to(numbers, scrape).await;
    let log = server.log().await;
    let mut known = Known::new();
    for secret in &secrets {
        known.secret(secret);
    }
    for line in log.lines().filter(|line| !line.is_empty()) {
        known.look_at(&without_time(line));
    }
    for line in metrics.split_once("\r\n\r\n").unwrap().1.lines() {
        known.look_at(privacy::labels(line));
    }
    for span in collector.spans() {
        known.look_at(&format!("{} {:?} {:?}", span.name, attributes(&span), span.events));
    }
    assert_eq!(known.faults(), [""; 0]);
    // A place by its first digits, however it is written; of times, only those in front of lines have as many.
    let places = [LATITUDE, LONGITUDE].map(|degrees| degrees.abs().to_string()[..6].to_owned());
    for place in &places {
        assert!(!log.lines().any(|line| without_time(line).contains(place)), "{place} is in: {log}");
        assert!(!metrics.contains(place) && !collector.holds(place), "{place} is in numbers or traces");
    }
    for secret in &secrets {
        assert!(!collector.holds(secret) && !metrics.contains(secret), "{secret} is in numbers or traces");
    }
    assert!(metrics.contains("operation=\"createPost\"") && collector.spans().len() > 50, "{metrics}");
    // It has told what operators have to know.
    for told in ["answered", "no_more", "/tiles/beacons/{*tile}", "could not be checked"] {
        assert!(log.contains(told), "{told} is not in: {log}");
    }
    assert!(log.lines().count() > 25, "{log}");
}

#[tokio::test]
async fn the_delivered_server_with_all_its_logs_on_tells_nothing_of_anybody() {
    delivered_server_tells_nothing("text").await;
}

#[tokio::test]
async fn nor_does_it_in_json() {
    delivered_server_tells_nothing("json").await;
}

/// A guard that is asleep lets everybody in.
#[tokio::test]
async fn the_watch_is_awake() {
    let app = TestApp::new().await;
    app.ask(None, "{ viewer { id } }").await.data("");
    assert!(privacy::has_heard("answered") && privacy::has_heard("path=\"/graphql\""));
    let ada = app.person("ada").await;
    let session = app.sign_up("zoe").await;
    for line in [
        "for ada.b+c@mail.example, see there",
        &format!("token={}", ada.token),
        &format!("refresh={:?}", session.refresh),
        "at 44.977, -93.265",
        "Point { latitude: 44, longitude: -93 }",
        "POINT(1 2)",
    ] {
        assert!(privacy::gives_away(line).is_some(), "{line}");
    }
    for line in [
        "status=200 milliseconds=12 answered",
        "id=\"06f4c0de-0000-4000-8000-1234567890ab\" method=POST path=\"/graphql\"",
        "listening on 127.0.0.1:8000, version 0.49.1",
        "src/cli/log.rs:32:5 at 10.5 %",
    ] {
        assert_eq!(privacy::gives_away(line), None, "{line}");
    }
    let mut known = Known::new();
    known.look_at("cause=no row for a text of 7 words");
    known.secret("a text of 12 words");
    known.secret("a short");
    assert_eq!(known.faults(), ["\"a text of 0 words\" in: cause=no row for a text of 0 words"]);
    known.look_at("another text of 3 words");
    known.look_at("once more a text of 4 words, later");
    assert_eq!(known.faults().len(), 1);
    assert_eq!(known.faults(), [""; 0]);
}
