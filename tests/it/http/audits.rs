//! The audits of the npm package `graphql-http`, which are the specification of GraphQL over HTTP as a test.

use tokio::{
    process::Command,
    time::{Duration, timeout},
};

use crate::support::{TestApp, node};

#[tokio::test]
async fn all_audits_of_graphql_over_http_are_ok() {
    let app = TestApp::with_usual_limits().await;
    let server = app.serve().await;
    let audit = Command::new("node")
        .arg(node("tests/clients").join("audit.mjs"))
        .arg(format!("http://{}/graphql", server.address))
        .kill_on_drop(true)
        .output();
    let output = timeout(Duration::from_mins(1), audit).await.expect("the audits take too long").unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{said}{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(said.trim(), "61 of 61 audits are ok");
}
