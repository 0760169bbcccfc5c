//! Adopting a database that earlier tools left: nothing is lost, what is awkward opens nothing and breaks nothing, and
//! no new row can be as awkward.

mod answers;
mod changes;
mod endings;
mod rows;

use std::path::PathBuf;

use sojorn::{
    config::Sources,
    store::{Db, adoption::Finding, migrate::Migrations},
};
use uuid::Uuid;

use crate::support::{Database, Person, TestApp};

const LEGACY: &str = include_str!("legacy.sql");

/// The data that is shared between projects: not everybody who builds this has it.
fn shared_example() -> Option<String> {
    let default = || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared/data");
    let data = std::env::var_os("SOJORN_DATA").map_or_else(default, PathBuf::from);
    std::fs::read_to_string(data.join("existing/sojorn.sql")).ok()
}

/// Id number `n` of the legacy rows.
fn id(n: u32) -> Uuid {
    format!("00000000-0000-4000-8000-{n:012x}").parse().unwrap()
}

/// Migrates, and answers the steps that were taken and what was found.
async fn adopt(database: &Database) -> (Vec<String>, Vec<Finding>) {
    let options = Sources::of([("DATABASE_URL", &database.url)]).database().unwrap();
    let migrations = Migrations::connect(&options, false).await.unwrap();
    (migrations.up().await.unwrap(), migrations.findings().await.unwrap())
}

async fn legacy() -> Database {
    let database = Database::blank().await;
    database.run(LEGACY).await;
    database
}

/// A server on the adopted legacy database.
async fn adopted() -> TestApp {
    let database = legacy().await;
    adopt(&database).await;
    TestApp::on(database).await
}

/// Who has the profile with this number.
fn person(app: &TestApp, n: u32) -> Person {
    Person { id: id(n), handle: String::new(), token: app.token(id(n)) }
}

/// The domain's way to the database, as the commands of the operator have it.
async fn db(database: &Database) -> Db {
    Db::connect(&Sources::of([("DATABASE_URL", &database.url)]).database().unwrap()).await.unwrap()
}
