//! How accounts end: deleting one's own, coming back in time, and what is left when nobody does; and before that, taking
//! along everything that is stored.

mod deleting;
mod export;
mod purge;
mod races;
mod scene;

pub use self::scene::places_of;

use chrono::{DateTime, Utc};
use serde_json::{Value, json};
use sojorn::{
    app::App,
    config::Sources,
    domain::{Clock, Random},
};

use crate::support::{Answer, PASSWORD, Person, SECRET, Session, TestApp};

const REFUSED: [&str; 1] = ["BAD_CREDENTIALS input.password"];

/// Somebody with an account, and the first session.
async fn member(app: &TestApp, handle: &str) -> (Person, Session) {
    let session = app.sign_up(handle).await;
    let id = app.database.text(&format!("SELECT id FROM profiles WHERE handle = '{handle}'")).await;
    let person = Person { id: id.parse().unwrap(), handle: handle.to_owned(), token: session.access.clone() };
    (person, session)
}

async fn delete_account(app: &TestApp, token: Option<&str>, password: &str) -> Answer {
    let query = "mutation($input: DeleteAccountInput!) { deleteAccount(input: $input) {
        deleteAfter userErrors { code path message } } }";
    app.ask_by_token(token, query, json!({ "input": { "password": password } })).await
}

/// Deletes the account, which must be done.
async fn must_delete(app: &TestApp, me: &Person) -> DateTime<Utc> {
    let answer = delete_account(app, Some(&me.token), PASSWORD).await;
    assert_eq!(answer.refusals("deleteAccount"), [""; 0]);
    answer.data("/deleteAccount/deleteAfter").as_str().unwrap().parse().unwrap()
}

async fn export(app: &TestApp, me: &Person) -> Value {
    app.ask(me, "{ exportMyData }").await.data("/exportMyData")
}

/// `state`, and whether there is a day of deletion.
async fn standing(app: &TestApp, person: &Person) -> String {
    let sql = format!(
        "SELECT concat_ws(' ', state, CASE WHEN delete_after IS NOT NULL THEN 'dated' END) FROM profiles WHERE id = '{}'",
        person.id
    );
    app.database.text(&sql).await
}

/// Another server on the same database, whose clock says something else.
async fn server_at(app: &TestApp, now: DateTime<Utc>) -> App {
    let config = Sources::of([("DATABASE_URL", app.database.url.as_str()), ("JWT_SECRET", SECRET)]).config().unwrap();
    App::new(&config, Clock::of(move || now), Random::system()).await.unwrap()
}
