//! Many people at once: whatever the order in which things happen, nobody is shown an error of ours, and what is left
//! is a state that some order of the calls could have given.

mod history;
mod model;
mod random;

use std::sync::Arc;

use futures_util::future::join_all;
use serde_json::json;

use crate::support::{Dice, Person, TestApp};

const WORKERS: u64 = 24;
const STEPS: u64 = 25;

/// One random call. Refusals are part of life, errors are not.
async fn step(app: &TestApp, people: &[Person], dice: &mut Dice) {
    let (me, other) = (&people[dice.below(5)], &people[dice.below(5)]);
    let verbs =
        ["follow", "follow", "follow", "unfollow", "acceptFollowRequest", "rejectFollowRequest", "removeFollower"];
    let (field, answer) = match dice.below(10) {
        n if n < verbs.len() => (verbs[n], app.to_profile(me, verbs[n], other.id).await),
        n => ("updateProfile", app.set_private(me, n % 2 == 0).await),
    };
    for refusal in answer.refusals(field) {
        let expected = match field {
            "acceptFollowRequest" => ["NOT_FOUND input.profileId", "NOT_ALLOWED input.profileId"],
            _ => ["NOT_ALLOWED input.profileId"; 2],
        };
        assert!(expected.contains(&refusal.as_str()), "{field}: {refusal}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn random_calls_leave_a_state_that_some_order_gives() {
    let app = Arc::new(TestApp::new().await);
    let people = app.crowd(5).await;
    let workers = (0..WORKERS).map(|worker| {
        let (app, people) = (Arc::clone(&app), people.clone());
        tokio::spawn(async move {
            let mut dice = Dice::new(worker);
            for _ in 0..STEPS {
                step(&app, &people, &mut dice).await;
            }
        })
    });
    for done in join_all(workers).await {
        done.unwrap();
    }
    consistent(&app, &people).await;

    // It was a fight about something.
    let statements = app.statements();
    let count = |start: &str| statements.iter().filter(|statement| statement.sql.starts_with(start)).count();
    assert!(count("INSERT INTO follows") > 100 && count("UPDATE profiles") > 100 && count("DELETE FROM follows") > 50);
}

/// That no request waits for somebody who is public, nobody follows himself, and all counts are those of the rows.
async fn consistent(app: &TestApp, people: &[Person]) {
    let waiting =
        "SELECT count(*) FROM follows JOIN profiles ON id = following_id WHERE status = 'pending' AND NOT is_private";
    assert_eq!(app.database.number(waiting).await, 0, "requests to public profiles");
    let odd = "SELECT count(*) FROM follows WHERE follower_id = following_id OR status NOT IN ('accepted', 'pending')";
    assert_eq!(app.database.number(odd).await, 0);
    for person in people {
        let rows = async |column: &str, status: &str| {
            let whose = format!("{column} = '{}' AND status = '{status}'", person.id);
            app.database.number(&format!("SELECT count(*) FROM follows WHERE {whose}")).await
        };
        let query = "{ viewer { followRequests(first: 100) { totalCount nodes { from { id } } } profile {
            followerCount followingCount
            followers(first: 100) { totalCount nodes { id } } following(first: 100) { totalCount nodes { id } } } } }";
        let answer = app.ask(person, query).await;
        let length = |list: &str| answer.data(&format!("/viewer/{list}/nodes")).as_array().unwrap().len();
        let (followers, following) = (rows("following_id", "accepted").await, rows("follower_id", "accepted").await);
        let asked = rows("following_id", "pending").await;
        for (list, expected) in
            [("profile/followers", followers), ("profile/following", following), ("followRequests", asked)]
        {
            assert_eq!(answer.data(&format!("/viewer/{list}/totalCount")), json!(expected), "{list}");
            assert_eq!(json!(length(list)), json!(expected), "{list}");
        }
        assert_eq!(answer.data("/viewer/profile/followerCount"), json!(followers));
        assert_eq!(answer.data("/viewer/profile/followingCount"), json!(following));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_request_made_while_a_profile_becomes_public_is_accepted() {
    let app = Arc::new(TestApp::new().await);
    let ada = app.private("ada").await;
    let people = app.crowd(6).await;
    let follow = |person: &Person| {
        let (app, person, ada) = (Arc::clone(&app), person.clone(), ada.clone());
        tokio::spawn(async move { app.must(&person, "follow", &ada).await.data("/follow/profile/viewerFollowStatus") })
    };
    for round in 0..100 {
        app.database.run("DELETE FROM follows; UPDATE profiles SET is_private = true WHERE handle = 'ada'").await;
        assert_eq!(follow(&people[0]).await.unwrap(), json!("PENDING"));
        let racing: Vec<_> = people[1..5].iter().map(follow).collect();
        let switch = {
            let (app, ada) = (Arc::clone(&app), ada.clone());
            tokio::spawn(async move {
                // Now earlier, now later.
                for _ in 0..round % 8 {
                    tokio::task::yield_now().await;
                }
                app.set_private(&ada, false).await.data("/updateProfile/profile/isPrivate")
            })
        };
        assert_eq!(switch.await.unwrap(), json!(false));
        assert_eq!(follow(&people[5]).await.unwrap(), json!("ACCEPTED"));
        for follow in racing {
            let status = follow.await.unwrap();
            assert!(status == json!("PENDING") || status == json!("ACCEPTED"), "{status}");
        }
        let statuses = "SELECT string_agg(DISTINCT status, ',') || count(*) FROM follows";
        assert_eq!(app.database.text(statuses).await, "accepted6", "round {round}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_pair_that_does_everything_at_once_ends_in_one_state() {
    let app = Arc::new(TestApp::new().await);
    let (ada, ben) = (app.person("ada").await, app.private("ben").await);
    for _ in 0..30 {
        let calls = [
            (&ada, "follow", &ben),
            (&ben, "acceptFollowRequest", &ada),
            (&ada, "unfollow", &ben),
            (&ben, "rejectFollowRequest", &ada),
            (&ada, "follow", &ben),
            (&ben, "removeFollower", &ada),
            (&ben, "follow", &ada),
            (&ada, "removeFollower", &ben),
        ];
        let tasks = calls.map(|(me, verb, other)| {
            let (app, me, other) = (Arc::clone(&app), me.clone(), other.clone());
            tokio::spawn(async move {
                let answer = app.to_profile(&me, verb, other.id).await;
                let refusals = answer.refusals(verb).join(" ");
                assert!(
                    refusals.is_empty() || (verb == "acceptFollowRequest" && refusals == "NOT_FOUND input.profileId"),
                    "{verb}: {refusals}"
                );
            })
        });
        for done in join_all(tasks).await {
            done.unwrap();
        }
        let status = app.follow_status(&ada, &ben).await;
        assert!(["", "pending", "accepted"].contains(&status.as_str()));
        consistent(&app, &[ada.clone(), ben.clone()]).await;
    }
}
