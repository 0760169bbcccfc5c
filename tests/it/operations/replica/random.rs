//! What a server answers that reads from a late standby, and what one answers that has none: after whatever was done, by
//! whichever server, the same.

use std::time::Duration;

use serde_json::json;
use uuid::Uuid;

use super::{LIBERAL, Reading, STRICT, scene};
use crate::support::{Dice, Person, TestApp};

const ACTS: usize = 80;
const VERBS: [&str; 6] = ["block", "unblock", "follow", "unfollow", "removeFollower", "addToCircle"];
const VISIBILITIES: [&str; 3] = ["PUBLIC", "FOLLOWERS", "CIRCLE"];

/// Somebody does something to somebody, or makes something.
async fn act(app: &TestApp, server: &Reading, dice: &mut Dice, people: &[Person], posts: &mut Vec<(usize, String)>) {
    let me = dice.below(4);
    let person = &people[me];
    let query = match dice.below(10) {
        0..4 => {
            let visibility = VISIBILITIES[dice.below(3)];
            format!(
                "mutation {{ createPost(input: {{ body: \"{visibility}\", visibility: {visibility} }}) {{ post {{ id }} }} }}"
            )
        }
        4 if !posts.is_empty() => {
            let (author, post) = posts.swap_remove(dice.below(posts.len()));
            let delete = format!("mutation {{ deletePost(input: {{ postId: \"{post}\" }}) {{ deletedId }} }}");
            server.ask(Some(&people[author]), &delete).await;
            return;
        }
        5 => {
            let is_private = dice.below(2) == 0;
            format!("mutation {{ updateProfile(input: {{ isPrivate: {is_private} }}) {{ profile {{ id }} }} }}")
        }
        6 => return app.set_state(&people[0], ["active", "suspended"][dice.below(2)]).await,
        _ => {
            let (verb, other) = (VERBS[dice.below(6)], people[dice.below(4)].id);
            format!("mutation {{ {verb}(input: {{ profileId: \"{other}\" }}) {{ userErrors {{ code }} }} }}")
        }
    };
    if me == 0 {
        // Suspended now and then.
        return;
    }
    let answer = server.ask(Some(person), &query).await;
    if let Some(id) = answer["createPost"]["post"]["id"].as_str() {
        posts.push((me, id.to_owned()));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_late_replica_answers_is_what_the_database_answers_after_whatever_was_done() {
    let mut dice = Dice::new(u64::from(Uuid::new_v4().as_fields().0));
    let (_cluster, standby, app) = scene(&[("recovery_min_apply_delay", "20ms")]).await;
    let people = app.crowd(4).await;
    let servers = [Reading::start(&app, &standby, LIBERAL).await, Reading::start(&app, &standby, STRICT).await];
    let mut posts = Vec::new();
    let query = "{ globalFeed(first: 50) { nodes { id body author { handle } } } }";
    for round in 0..ACTS {
        act(&app, &servers[dice.below(2)], &mut dice, &people, &mut posts).await;
        // Nobody, or one of those who are not suspended.
        let viewer = people.get(dice.below(4)).filter(|person| person.id != people[0].id);
        let told = servers[dice.below(2)].ask(viewer, query).await;
        let asked = app.ask(viewer, query).await;
        let is_sure = told == json!({ "globalFeed": asked.data("/globalFeed") });
        assert!(is_sure, "round {round}, {viewer:?}: {told}\n{}", asked.body);
        if dice.below(8) == 0 {
            tokio::time::sleep(Duration::from_millis(30)).await;
        }
    }
    let answered = servers.iter().map(|server| server.there.take()).sum::<usize>();
    assert!(answered > ACTS / 3, "the replica has answered {answered} of {ACTS}");
}
