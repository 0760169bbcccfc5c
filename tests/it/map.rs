//! The map: its files come from the server itself under a strict policy, its settings from the operator, and what it asks
//! fits the schema.

use std::{fs, path::Path, process::Stdio, time::Duration};

use axum::body::Body;
use http::Request;
use serde_json::{Value, json};
use sojorn::http::Tiles;
use tokio::{net::TcpStream, process::Command, time::timeout};

use crate::support::{Answer, Beacon, Database, SECRET, TestApp, header_of, node};

const FILES: [(&str, &str); 6] = [
    ("/map", "text/html"),
    ("/map/app.js", "text/javascript"),
    ("/map/app.css", "text/css"),
    ("/map/favicon.svg", "image/svg+xml"),
    ("/map/licenses.txt", "text/plain"),
    ("/map/settings.json", "application/json"),
];

/// What the policy of an answer says about a directive.
fn sources(answer: &Answer, directive: &str) -> String {
    let policy = header_of(&answer.headers, "content-security-policy").to_owned();
    let mut parts = policy.split(';').map(str::trim);
    let found = parts.find_map(|part| part.strip_prefix(&format!("{directive} ")));
    found.unwrap_or_else(|| panic!("nothing about {directive}: {policy}")).to_owned()
}

async fn with_tiles() -> TestApp {
    TestApp::with(Database::new().await, |config| {
        config.http.tiles = Tiles::new("https://tile.example:8443/{z}/{x}/{y}.png", "© the <makers>");
    })
    .await
}

#[tokio::test]
async fn the_page_and_all_its_files_are_served() {
    let app = TestApp::with_usual_limits().await;
    for (path, kind) in FILES {
        let file = app.get(path).await;
        assert_eq!(file.status, 200, "{path}");
        assert!(!file.body.is_empty(), "{path}");
        assert!(header_of(&file.headers, "content-type").starts_with(kind), "{path}");
        assert_eq!(header_of(&file.headers, "x-content-type-options"), "nosniff", "{path}");
        assert_eq!(header_of(&file.headers, "referrer-policy"), "no-referrer", "{path}");
        // A copy that is still right is not sent again.
        let tag = header_of(&file.headers, "etag");
        let again = Request::get(path).header("if-none-match", tag).body(Body::empty()).unwrap();
        let again = app.send(again).await;
        assert_eq!((again.status.as_u16(), again.body.as_str()), (304, ""), "{path}");
    }
    let page = app.get("/map").await.body;
    for attribute in [" src=\"", " href=\""] {
        for (at, _) in page.match_indices(attribute) {
            let reference = page[at + attribute.len()..].split('"').next().unwrap();
            assert!(FILES.iter().any(|(path, _)| *path == reference), "{reference}");
        }
    }
}

#[tokio::test]
async fn the_page_loads_nothing_from_elsewhere_and_runs_nothing_of_its_own() {
    let app = TestApp::with_usual_limits().await;
    let page = app.get("/map").await.body;
    assert!(!page.contains("://") && !page.contains("=\"//"), "{page}");
    assert!(!page.contains("<style") && !page.contains(" style=") && !page.contains(" on"), "{page}");
    assert_eq!(page.matches("<script").count(), page.matches("<script src=\"/map/").count(), "{page}");
    let css = app.get("/map/app.css").await.body;
    assert!(!css.contains("url(") && !css.contains("@import"), "a style sheet fetches what it names");
    let script = app.get("/map/app.js").await.body;
    for word in ["sourceMappingURL", "new Function(", "localStorage"] {
        assert!(!script.contains(word), "{word}");
    }
}

#[tokio::test]
async fn the_policy_is_strict() {
    let app = TestApp::with_usual_limits().await;
    for (path, _) in FILES {
        let file = app.get(path).await;
        for directive in ["default-src", "base-uri", "form-action", "frame-ancestors"] {
            assert_eq!(sources(&file, directive), "'none'", "{path} {directive}");
        }
        for directive in ["script-src", "style-src", "connect-src", "img-src"] {
            assert_eq!(sources(&file, directive), "'self'", "{path} {directive}");
        }
    }
}

#[tokio::test]
async fn tiles_are_told_to_the_page_and_let_through_by_the_policy_as_pictures_alone() {
    let plain = TestApp::with_usual_limits().await;
    assert_eq!(plain.get("/map/settings.json").await.json, json!({ "tiles": null }));

    let app = with_tiles().await;
    let tiles = json!({ "template": "https://tile.example:8443/{z}/{x}/{y}.png", "attribution": "© the <makers>" });
    assert_eq!(app.get("/map/settings.json").await.json, json!({ "tiles": tiles }));
    let page = app.get("/map").await;
    assert_eq!(sources(&page, "img-src"), "'self' https://tile.example:8443");
    for directive in ["script-src", "style-src", "connect-src"] {
        assert_eq!(sources(&page, directive), "'self'", "{directive}");
    }
}

#[tokio::test]
async fn it_can_be_switched_off() {
    let app = TestApp::with(Database::new().await, |config| config.http.map = false).await;
    for (path, _) in FILES {
        assert_eq!(app.get(path).await.status, 404, "{path}");
    }
    assert_eq!(app.get("/").await.status, 200);
}

/// The operation in a file of the map, with the fragments that it names.
fn operation(name: &str) -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("map/src/operations");
    let read = |name: &str| fs::read_to_string(folder.join(format!("{name}.graphql"))).unwrap();
    let mut text = read(name);
    for (fragment, file) in [("...BeaconDetail", "beacon-detail"), ("...SessionParts", "session")] {
        if text.contains(fragment) {
            text.push_str(&read(file));
        }
    }
    text
}

/// The names of the map's operations: all files but fragments. A subscription is no request of this kind.
fn operations() -> Vec<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("map/src/operations");
    let files = fs::read_dir(folder).unwrap().map(|file| file.unwrap().path());
    let documents = files.filter(|file| file.extension().is_some_and(|extension| extension == "graphql"));
    let names = documents.map(|file| file.file_stem().unwrap().to_str().unwrap().to_owned());
    names.filter(|name| ["query", "mutation"].iter().any(|kind| operation(name).starts_with(kind))).collect()
}

#[tokio::test]
async fn everything_that_the_page_asks_is_answered() {
    let app = TestApp::with_usual_limits().await;
    let ada = app.person("ada").await;
    let place = json!({ "latitude": 44.9778, "longitude": -93.265 });
    let bounds = json!({ "south": 44.9, "west": -93.4, "north": 45.1, "east": -93.1 });
    let new = json!({ "body": "Ice", "type": "HAZARD", "severity": "HIGH", "precision": "BLOCK", "location": place,
        "anonymous": true, "expiresInMinutes": 60 });
    let join = json!({ "handle": "new", "email": "new@sojorn.example", "password": "long enough" });
    let mut names = operations();
    names.sort();
    assert!(names.len() >= 12, "{names:?}");
    for name in names {
        let id = app.beacon(Beacon::at(44.9778, -93.265)).await;
        let variables = match name.as_str() {
            "beacon" => json!({ "id": id }),
            "beacons-of-cluster" => json!({ "area": { "bounds": bounds }, "filter": { "minSeverity": "LOW" } }),
            "clusters" => json!({ "bounds": bounds, "zoom": 12, "filter": null }),
            "create" => json!({ "input": new }),
            "delete" => json!({ "input": { "beaconId": id, "manageKey": "no key" } }),
            "newest" => json!({ "area": { "bounds": { "south": -85, "west": -180, "north": 85, "east": 180 } } }),
            "refresh" | "sign-out" => json!({ "input": { "refreshToken": "no token" } }),
            "resolve" => json!({ "input": { "beaconId": id, "manageKey": "no key", "falseAlarm": true } }),
            "sign-in" => json!({ "input": { "login": "ada", "password": "not this" } }),
            "sign-up" => json!({ "input": join }),
            "unvote" => json!({ "input": { "beaconId": id } }),
            "vote" => json!({ "input": { "beaconId": id, "vote": "VOUCH" } }),
            other => panic!("map/src/operations has {other}: say here with what it is asked"),
        };
        let answer = app.ask_with(&ada, &operation(&name), variables).await;
        assert!(answer.codes().is_empty(), "{name}: {}", answer.body);
        assert_ne!(answer.json["data"], Value::Null, "{name}");
    }
}

/// The page itself, in a headless Chromium, on the demo network and a server as people start it.
#[tokio::test]
async fn the_page_does_what_it_promises_in_a_browser() {
    let database = Database::blank().await;
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let address = format!("127.0.0.1:{port}");
    let sojorn = |argument: &str| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_sojorn"));
        command.arg(argument).env_clear().current_dir(std::env::temp_dir()).kill_on_drop(true);
        command.envs([("DATABASE_URL", database.url.as_str()), ("JWT_SECRET", SECRET), ("LISTEN", &address)]);
        command
    };
    assert!(sojorn("migrate").arg("up").output().await.unwrap().status.success());
    assert!(sojorn("seed").output().await.unwrap().status.success());
    let _server = sojorn("serve").stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    while TcpStream::connect(&address).await.is_err() {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let mut steps = Command::new("node");
    steps.arg(node("map").join("test/run.mjs")).arg(format!("http://{address}")).kill_on_drop(true);
    let steps = timeout(Duration::from_mins(4), steps.output()).await.expect("the page hangs").unwrap();
    let said = String::from_utf8_lossy(&steps.stdout);
    assert!(steps.status.success(), "{said}\n{}", String::from_utf8_lossy(&steps.stderr));
    assert!(said.contains("all well"), "{said}");
}
