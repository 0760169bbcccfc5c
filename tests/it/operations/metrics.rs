//! Numbers for Prometheus: that they are right, that they can be read, and that nobody can make them more.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::json;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use sojorn::config::Sources;

use crate::support::{Cluster, Database, Post, SECRET, Socket, TestApp, USUAL_BUDGETS};

/// A sample: its name, its labels as they stand there, and its value.
struct Sample {
    name: String,
    labels: String,
    value: f64,
}

/// Reads numbers as `promtool check metrics` would, and is as strict.
fn read(text: &str) -> Vec<Sample> {
    let (mut kinds, mut helps, mut units) = (BTreeMap::new(), BTreeSet::new(), BTreeMap::new());
    let mut samples: Vec<Sample> = Vec::new();
    assert!(text.ends_with("# EOF\n"), "{text}");
    for line in text.lines() {
        if let Some(comment) = line.strip_prefix("# ") {
            let mut words = comment.splitn(3, ' ');
            match (words.next().unwrap(), words.next(), words.next()) {
                ("HELP", Some(name), Some(help)) => {
                    assert!(help.ends_with('.') && helps.insert(name.to_owned()), "{line}");
                }
                ("TYPE", Some(name), Some(kind)) => {
                    assert!(kinds.insert(name.to_owned(), kind.to_owned()).is_none(), "{line}");
                }
                ("UNIT", Some(name), Some(unit)) => {
                    assert!(name.ends_with(&format!("_{unit}")), "{line}");
                    units.insert(name.to_owned(), unit.to_owned());
                }
                ("EOF", None, None) => {}
                _ => panic!("{line}"),
            }
            continue;
        }
        let (series, value) = line.rsplit_once(' ').unwrap();
        let (name, labels) = series.split_once('{').unwrap_or((series, ""));
        let family = kinds.keys().find(|family| {
            let suffixes: &[&str] = match kinds[*family].as_str() {
                "counter" => &["_total"],
                "histogram" => &["_bucket", "_sum", "_count"],
                "gauge" => &[""],
                other => panic!("{other}"),
            };
            suffixes.iter().any(|suffix| name == format!("{family}{suffix}"))
        });
        let family = family.unwrap_or_else(|| panic!("{name} is of no family"));
        assert!(helps.contains(family) && family.starts_with("sojorn_"), "{line}");
        assert!(family.chars().all(|c| c.is_ascii_lowercase() || c == '_'), "{family}");
        let is_new = !samples.iter().any(|sample| sample.name == name && sample.labels == labels);
        assert!(is_new, "{line} is there twice");
        samples.push(Sample { name: name.to_owned(), labels: labels.to_owned(), value: value.parse().unwrap() });
    }
    // Buckets hold those before them, and the last one all.
    for count in samples
        .iter()
        .filter(|sample| kinds.contains_key(sample.name.trim_end_matches("_count")) && sample.name.ends_with("_count"))
    {
        let bucket = count.name.replace("_count", "_bucket");
        let of = |sample: &&Sample| {
            let labels = count.labels.trim_end_matches('}');
            sample.name == bucket
                && sample.labels.contains("le=")
                && (labels.is_empty() || sample.labels.contains(labels))
        };
        let buckets: Vec<_> = samples.iter().filter(of).collect();
        assert!(buckets.len() > 3 && buckets.is_sorted_by(|a, b| a.value <= b.value), "{}", count.name);
        assert!(buckets.last().unwrap().labels.contains("+Inf"), "{}", count.name);
        assert!((buckets.last().unwrap().value - count.value).abs() < 0.5, "{}", count.name);
    }
    samples
}

/// The value of a series that has these labels.
fn value(samples: &[Sample], name: &str, labels: &[&str]) -> f64 {
    let of = |sample: &&Sample| sample.name == name && labels.iter().all(|label| sample.labels.contains(label));
    samples.iter().filter(of).map(|sample| sample.value).sum()
}

#[tokio::test]
async fn numbers_say_what_was_asked_what_it_took_and_what_was_refused() {
    let app = TestApp::with(Database::new().await, |config| config.domain.budgets.likes = 1).await;
    assert_ne!(USUAL_BUDGETS.likes, 1);
    let me = app.person("someone").await;
    let posts = [app.post(&me, Post::public("a")).await, app.post(&me, Post::public("b")).await];
    for _ in 0..3 {
        app.ask(&me, "query Mine { globalFeed { nodes { body } } }").await.data("/globalFeed");
    }
    app.ask(None, "{ globalFeed { nodes { id } } viewer { id } }").await.data("/globalFeed");
    app.ask(None, "{ homeFeed { nodes { id } } }").await;
    assert_eq!(app.ask(None, "{ nothing").await.code(), "GRAPHQL_PARSE_FAILED");
    for post in posts {
        app.to_post(&me, "likePost", post).await;
    }
    let samples = read(&app.domain.metrics_text());
    let asked = |operation: &str, outcome: &str| {
        let labels = [format!("operation=\"{operation}\""), format!("outcome=\"{outcome}\"")];
        value(&samples, "sojorn_requests_total", &[&labels[0], &labels[1]])
    };
    let got =
        [asked("globalFeed", "ok"), asked("(several)", "ok"), asked("homeFeed", "errors"), asked("likePost", "ok")];
    assert_eq!(got.map(|count| count.to_string()), ["3", "1", "1", "1"]);
    let numbers = [
        ("sojorn_documents_refused_total", "code=\"GRAPHQL_PARSE_FAILED\"", 1.0),
        ("sojorn_budget_refusals_total", "budget=\"likes\"", 1.0),
        ("sojorn_request_seconds_count", "operation=\"globalFeed\"", 3.0),
        ("sojorn_live_connections", "", 0.0),
        ("sojorn_passwords", "", 0.0),
    ];
    for (name, label, expected) in numbers {
        assert!((value(&samples, name, &[label]) - expected).abs() < 0.5, "{name} {label}");
    }
    // Each of five feeds, and who asked for three of them.
    assert!(value(&samples, "sojorn_sql_seconds_count", &["kind=\"WITH\""]) >= 4.0);
    assert!(value(&samples, "sojorn_sql_seconds_count", &["kind=\"SELECT\""]) >= 5.0);
    assert!(value(&samples, "sojorn_pool_connections", &["pool=\"requests\""]) >= 1.0);
}

/// Whoever runs the server names its clients' documents, by a file as Apollo's compiler makes it.
#[tokio::test]
async fn documents_of_a_manifest_are_counted_by_their_names() {
    let file = std::env::temp_dir().join(format!("sojorn-manifest-{}.json", std::process::id()));
    let (feed, other) = ("query Evening { globalFeed { nodes { id } } }", "query Mine { globalFeed { nodes { id } } }");
    let manifest = json!({ "format": "apollo-persisted-query-manifest", "version": 1, "operations": [
        { "id": "evening", "name": "Evening", "type": "query", "body": feed }] });
    std::fs::write(&file, manifest.to_string()).unwrap();
    let database = Database::new().await;
    let settings = [
        ("DATABASE_URL", database.url.as_str()),
        ("JWT_SECRET", SECRET),
        ("TRUSTED_DOCUMENTS_MANIFESTS", file.to_str().unwrap()),
        ("TRUSTED_DOCUMENTS", "log"),
    ];
    let documents = Sources::of(settings).config().unwrap().documents;
    std::fs::remove_file(&file).unwrap();
    let app = TestApp::with(database, |config| config.documents = documents).await;
    for body in [json!({ "documentId": "evening" }), json!({ "query": feed }), json!({ "query": other })] {
        assert_eq!(app.post_raw(&[], body.to_string()).await.data("/globalFeed/nodes"), json!([]));
    }
    let samples = read(&app.domain.metrics_text());
    let asked = |operation: &str| value(&samples, "sojorn_requests_total", &[&format!("operation=\"{operation}\"")]);
    assert_eq!(
        [asked("Evening"), asked("globalFeed"), asked("Mine")].map(|count| count.abs().to_string()),
        ["2", "1", "0"]
    );
}

/// Nobody makes series by what he sends, and nothing that somebody sends is in one.
#[tokio::test]
async fn ten_thousand_names_of_operations_make_no_series() {
    let app = TestApp::new().await;
    for n in 0..10_000 {
        let query = format!("query Chosen{n} {{ chosen{n}: __typename viewer {{ id }} }}");
        assert_eq!(app.ask(None, &query).await.status, 200);
        if n % 100 == 0 {
            app.ask(None, &format!("query Chosen{n} {{ chosen{n} }}")).await;
            app.ask(None, &format!("mutation Chosen{n} {{ ...chosen{n} }}")).await;
            let headers = [("x-request-id", format!("chosen-{n}")), ("x-apollo-operation-name", format!("Chosen{n}"))];
            let headers = headers.each_ref().map(|(name, value)| (*name, value.as_str()));
            app.post_raw(
                &headers,
                json!({ "query": "{ __typename }", "operationName": format!("Chosen{n}") }).to_string(),
            )
            .await;
        }
    }
    let text = app.domain.metrics_text();
    let samples = read(&text);
    assert!(samples.len() < 200, "{} series", samples.len());
    assert!(!text.to_lowercase().contains("chosen"), "{text}");
    assert!((value(&samples, "sojorn_requests_total", &["operation=\"viewer\""]) - 10_000.0).abs() < 0.5, "{text}");
}

async fn get(address: std::net::SocketAddr, path: &str) -> String {
    let mut stream = TcpStream::connect(address).await.unwrap();
    let request = format!("GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    answer
}

#[tokio::test]
async fn numbers_are_served_on_a_listener_of_their_own_and_nowhere_else() {
    let cluster = Cluster::new().await;
    let app = TestApp::on(cluster.database().await).await;
    let me = app.person("someone").await;
    // The port of a cluster that is stopped, which nobody else takes.
    let spare = Cluster::new().await;
    spare.stop(crate::support::Stop::Fast).await;
    let address = ([127, 0, 0, 1], spare.port).into();
    let server = app.serve_with(|config| config.metrics_listen = Some(address)).await;
    let mut socket = Socket::connect(&server, Some(&me.token)).await;
    socket.subscribe("home", "subscription { homeFeedPostAdded { id } }").await;
    let body = "mutation { createPost(input: { body: \"x\" }) { post { id } } }";
    app.ask(&me, body).await.data("/createPost/post/id");
    socket.event("home").await;
    let answer = get(address, "/metrics").await;
    let (head, text) = answer.split_once("\r\n\r\n").unwrap();
    assert!(head.starts_with("HTTP/1.1 200") && head.contains("application/openmetrics-text"), "{head}");
    let samples = read(text);
    for name in ["sojorn_live_connections", "sojorn_subscriptions", "sojorn_events_delivered_total"] {
        assert!((value(&samples, name, &[]) - 1.0).abs() < 0.5, "{name}: {text}");
    }
    assert!(value(&samples, "sojorn_event_round_seconds_count", &[]) >= 1.0);
    assert!(get(server.address, "/metrics").await.starts_with("HTTP/1.1 404"));
    assert!(get(address, "/graphql").await.starts_with("HTTP/1.1 404"));
}
