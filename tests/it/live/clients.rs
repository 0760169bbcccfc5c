//! The clients that people use, from npm: `graphql-ws`, `graphql-sse` and Apollo's.

use std::process::Stdio;

use tokio::{
    io::{AsyncBufReadExt, BufReader},
    process::Command,
    time::{Duration, timeout},
};

use crate::support::{TestApp, node};

#[tokio::test]
async fn real_clients_watch_and_come_back() {
    let app = TestApp::new().await;
    let ada = app.person("ada").await;
    let (mut first, second) = (app.serve().await, app.serve().await);
    let mut process = Command::new("node")
        .arg(node("tests/clients").join("watch.mjs"))
        .args([format!("http://{}", first.address), format!("http://{}", second.address), ada.token])
        .stdout(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .expect("node is missing: run the tests by script/test");
    let mut lines = BufReader::new(process.stdout.take().unwrap()).lines();
    let mut said = Vec::new();
    let talk = async {
        while let Some(line) = lines.next_line().await.unwrap() {
            if line == "stop" {
                first.stop();
            }
            said.push(line);
        }
        process.wait().await.unwrap()
    };
    let status = timeout(Duration::from_mins(1), talk).await.expect("the clients wait for something");
    assert!(status.success(), "{said:?}");
    assert_eq!(said, ["stop", "ok graphql-ws", "ok graphql-sse", "ok apollo"]);
}
