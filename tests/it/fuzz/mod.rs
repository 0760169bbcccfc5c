//! Operations and bytes that nobody wrote. Each failure shows what to set `SOJORN_SEED` to, to see it again; and
//! `SOJORN_OPERATIONS` makes more of the operations than the usual 10,000.

mod bytes;
mod check;
mod generate;
mod harvest;
mod json;
mod operation;
mod values;
mod verdicts;

use std::time::Duration;

use chrono::TimeDelta;
use uuid::Uuid;

use self::{
    check::{Check, Outcome},
    harvest::Harvest,
    json::Json,
};
use crate::support::{Beacon, Database, Dice, Person, Post, Schema, TestApp};

/// Tests that share the operations, each with a network of its own.
const SHARES: u64 = 4;
/// Far longer than anything takes; what takes longer hangs.
const PATIENCE: Duration = Duration::from_secs(20);

/// People who follow each other, with posts, replies, marks and beacons; what is there of each is known.
async fn network() -> (TestApp, Vec<Person>, Harvest) {
    let busy = |config: &mut sojorn::config::Config| config.domain.beacons_per_hour = 1_000_000;
    let app = TestApp::with(Database::new().await, busy).await;
    let people = app.crowd(12).await;
    app.database
        .run(
            "UPDATE profiles SET is_private = true WHERE handle IN ('crowd_1', 'crowd_5');
             UPDATE profiles SET is_official = true WHERE handle = 'crowd_2';
             INSERT INTO follows (follower_id, following_id, status, created_at)
             SELECT a.id, b.id, CASE WHEN length(a.id::text || b.handle) % 3 = 0 AND b.is_private THEN 'pending'
                 ELSE 'accepted' END, '2026-02-01' FROM profiles AS a, profiles AS b
             WHERE a.id <> b.id AND (ascii(right(a.handle, 1)) + ascii(right(b.handle, 1))) % 3 > 0",
        )
        .await;
    let mut harvest = Harvest::default();
    for (n, person) in people.iter().enumerate() {
        harvest.keep("Profile", &person.id.to_string());
        harvest.keep("handle", &person.handle);
        let mut parent = None;
        for visibility in ["public", "followers", "circle"] {
            let id = app.post(person, Post { parent, ..Post::of(visibility, "some #tea") }).await;
            harvest.keep("Post", &id.to_string());
            parent = parent.or(Some(id));
        }
        let east = f64::from(u32::try_from(n).unwrap()) / 100.0;
        let author = (n % 2 == 0).then_some(person.id);
        let beacon = app.beacon(Beacon { author, ..Beacon::at(45.0, east) }).await;
        harvest.keep("Beacon", &beacon.to_string());
    }
    app.database.run("UPDATE posts SET tags = '{tea}' WHERE body LIKE '%tea%'").await;
    (app, people, harvest)
}

async fn operations(share: u64) {
    let all = std::env::var("SOJORN_OPERATIONS").map_or(10_000, |number| number.parse().expect("a number"));
    let schema = Schema::read().await;
    let (app, people, mut harvest) = network().await;
    let mut dice = Dice::thrown().part(share);
    let (mut executed, mut refused, mut carried_up) = (0, 0, 0);
    for n in 0..all / SHARES {
        app.advance(TimeDelta::seconds(1));
        app.forget_statements();
        let viewer = (!dice.one_in(8)).then(|| app.again(dice.pick(&people)));
        let operation = generate::operation(&schema, &harvest, &mut dice);
        let (document, values) = (operation.to_string(), operation.values());
        let asked = || {
            let who = viewer.as_ref().map_or("nobody", |person| &person.handle);
            format!("operation {n} of share {share}, by {who}:\n{document}\n{values}")
        };
        let answer = tokio::time::timeout(PATIENCE, app.ask_with(viewer.as_ref(), &document, values.clone())).await;
        let answer = answer.unwrap_or_else(|_| panic!("it hangs: {}", asked()));
        if answer.status == 401 {
            // The person has signed out everywhere in this very second, or is gone. Whoever is gone comes back.
            app.database.run("UPDATE profiles SET state = 'active', delete_after = NULL").await;
            continue;
        }
        assert_eq!(answer.status, 200, "{}\n{}", answer.body, asked());
        let body: Json = serde_json::from_str(&answer.body).unwrap_or_else(|error| panic!("{error}: {}", answer.body));
        let mut check =
            Check { schema: &schema, operation: &operation, document: &document, harvest: &mut harvest, carried_up: 0 };
        let outcome = check.answer(&body);
        carried_up += check.carried_up;
        match outcome.unwrap_or_else(|fault| panic!("{fault}\n{}\n{}", asked(), answer.body)) {
            Outcome::Executed => executed += 1,
            Outcome::Refused => refused += 1,
        }
    }
    eprintln!("{executed} executed, {refused} refused, {carried_up} errors carried up");
    assert!(carried_up > all / SHARES / 100, "{carried_up} errors of fields that may not be null");
    assert!(executed > refused * 4, "{executed} executed, {refused} refused: few are worth their while");
    let id = Uuid::nil();
    assert_eq!(app.ask(None, &format!("{{ node(id: \"{id}\") {{ id }} }}")).await.body, r#"{"data":{"node":null}}"#);
}

#[tokio::test]
async fn operations_at_random_are_answered_by_the_schema() {
    operations(0).await;
}

#[tokio::test]
async fn a_second_share_of_them_is() {
    operations(1).await;
}

#[tokio::test]
async fn a_third_share_of_them_is() {
    operations(2).await;
}

#[tokio::test]
async fn a_fourth_share_of_them_is() {
    operations(3).await;
}
