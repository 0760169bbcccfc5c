//! Everything at once, against a model: thirty-two workers do what people do to each other, and for all that each of them
//! heard there has to be one order of the calls that explains it, and that ends where the tables do.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use futures_util::future::join_all;
use serde_json::{Value, json};
use uuid::Uuid;

use super::{
    history::{Call, ends},
    model::{Act, Heard, PEOPLE, Post, State},
};
use crate::{
    marks::counters_are_right,
    support::{Dice, Person, Post as NewPost, TestApp},
};

/// Groups of people who do not know each other; four workers act for the people of each.
const GROUPS: usize = 8;
const WORKERS_OF_GROUP: usize = 4;
/// After each round the tables are looked at.
const ROUNDS: usize = 10;
const CALLS: usize = 6;

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn what_thirty_two_workers_do_at_once_is_what_some_order_of_it_does() {
    // Which calls are made, by whom; how they fall together is up to the machine.
    let dice = Dice::thrown();
    let app = Arc::new(TestApp::new().await);
    let clock = Arc::<AtomicUsize>::default();
    let crowd = app.crowd(u32::try_from(GROUPS * PEOPLE).unwrap()).await;
    let mut groups = Vec::new();
    for people in crowd.chunks(PEOPLE) {
        for person in &people[..2] {
            app.post(person, NewPost::public("a post")).await;
        }
        groups.push((people.to_vec(), tables(&app, people).await));
    }
    let mut heard: BTreeMap<String, usize> = BTreeMap::new();
    for round in 0..ROUNDS {
        let workers = groups.iter().enumerate().flat_map(|(group, (people, state))| {
            // The newest, so that what was just made is fought about.
            let posts: Vec<_> = state.posts.keys().rev().take(5).copied().collect();
            let workers = (0..WORKERS_OF_GROUP).map({
                let (app, clock, dice) = (&app, &clock, &dice);
                move |worker| {
                    let place = (round * GROUPS + group) * WORKERS_OF_GROUP + worker;
                    let dice = dice.part(u64::try_from(place).unwrap());
                    tokio::spawn(work(Arc::clone(app), people.clone(), posts.clone(), dice, Arc::clone(clock)))
                }
            });
            workers.collect::<Vec<_>>()
        });
        let workers: Vec<_> = workers.collect();
        let histories: Vec<_> = join_all(workers).await.into_iter().map(Result::unwrap).collect();
        for ((people, state), histories) in groups.iter_mut().zip(histories.chunks(WORKERS_OF_GROUP)) {
            let possible = ends(state, histories);
            let tables = tables(&app, people).await;
            assert!(
                possible.contains(&tables),
                "round {round}: no order of these calls explains what was heard and what is there\n\
                 before {state:#?}\n{histories:#?}\nafter {tables:#?}\npossible: {possible:#?}"
            );
            *state = tables;
            for Call { act, heard: what, .. } in histories.iter().flatten() {
                let verb = format!("{act:?}");
                *heard.entry(format!("{} {what}", verb.split('(').next().unwrap())).or_default() += 1;
            }
        }
    }
    // And all of them in one group: too many orders to try, but it ends in a state that there can be, and is told so.
    let (people, state) = &mut groups[0];
    let posts: Vec<_> = state.posts.keys().rev().take(5).copied().collect();
    let workers = (0..GROUPS * WORKERS_OF_GROUP).map(|worker| {
        let dice = dice.part(u64::try_from(ROUNDS * GROUPS * WORKERS_OF_GROUP + worker).unwrap());
        tokio::spawn(work(Arc::clone(&app), people.clone(), posts.clone(), dice, Arc::clone(&clock)))
    });
    for calls in join_all(workers.collect::<Vec<_>>()).await {
        assert_eq!(calls.unwrap().len(), CALLS);
    }
    *state = tables(&app, people).await;
    assert!(state.can_be(), "{state:#?}");
    for (people, state) in &groups {
        counts_agree(&app, people, state).await;
    }
    counters_are_right(&app).await;
    // It was a fight: everything was done, and everything that can be refused was.
    for what in [
        "Follow ACCEPTED",
        "Follow PENDING",
        "Follow NOT_FOUND",
        "Unfollow NONE",
        "Accept NONE",
        "Reject NONE",
        "Block OK",
        "Private OK",
        "Like OK",
        "Like NOT_FOUND",
        "Unlike OK",
        "Reply OK",
        "Reply NOT_FOUND",
        "Delete OK",
    ] {
        assert!(heard.contains_key(what), "nobody heard {what}: {heard:?}");
    }
}

/// A worker's calls of a round.
async fn work(
    app: Arc<TestApp>,
    people: Vec<Person>,
    posts: Vec<Uuid>,
    mut dice: Dice,
    clock: Arc<AtomicUsize>,
) -> Vec<Call> {
    let mut calls = Vec::new();
    for _ in 0..CALLS {
        let me = dice.below(PEOPLE);
        let other = (me + 1 + dice.below(PEOPLE - 1)) % PEOPLE;
        let post = posts[dice.below(posts.len())];
        let act = match dice.below(24) {
            0..4 => Act::Follow(other),
            4..6 => Act::Unfollow(other),
            6..9 => Act::Accept(other),
            9 => Act::Reject(other),
            10 => Act::Block(other),
            11..13 => Act::Unblock(other),
            13..15 => Act::Private(true),
            15 => Act::Private(false),
            16..19 => Act::Like(post),
            19 => Act::Unlike(post),
            20..23 => Act::Reply(post),
            _ => Act::Delete(post),
        };
        let began = clock.fetch_add(1, Ordering::SeqCst);
        let (heard, made) = call(&app, &people, me, act).await;
        let ended = clock.fetch_add(1, Ordering::SeqCst);
        calls.push(Call { me, act, made, heard, began, ended });
    }
    calls
}

/// Makes a call. Answers what was heard, and the id of the reply, if it made one.
async fn call(app: &TestApp, people: &[Person], me: usize, act: Act) -> (Heard, Option<Uuid>) {
    let me = &people[me];
    let (field, input, payload) = match act {
        Act::Follow(other) => ("follow", json!({ "profileId": people[other].id }), "profile { viewerFollowStatus }"),
        Act::Unfollow(other) => {
            ("unfollow", json!({ "profileId": people[other].id }), "profile { viewerFollowStatus }")
        }
        Act::Accept(other) => {
            ("acceptFollowRequest", json!({ "profileId": people[other].id }), "profile { viewerFollowStatus }")
        }
        Act::Reject(other) => {
            ("rejectFollowRequest", json!({ "profileId": people[other].id }), "profile { viewerFollowStatus }")
        }
        Act::Block(other) => ("block", json!({ "profileId": people[other].id }), ""),
        Act::Unblock(other) => ("unblock", json!({ "profileId": people[other].id }), ""),
        Act::Private(on) => ("updateProfile", json!({ "isPrivate": on }), ""),
        Act::Like(post) => ("likePost", json!({ "postId": post }), ""),
        Act::Unlike(post) => ("unlikePost", json!({ "postId": post }), ""),
        Act::Reply(post) => ("createPost", json!({ "parentId": post, "body": "a reply" }), "post { id }"),
        Act::Delete(post) => ("deletePost", json!({ "postId": post }), ""),
    };
    let kind = match field {
        "createPost" => "CreatePostInput",
        "updateProfile" => "UpdateProfileInput",
        _ if input.get("postId").is_some() => "PostIdInput",
        _ => "ProfileIdInput",
    };
    let query =
        format!("mutation($input: {kind}!) {{ {field}(input: $input) {{ {payload} userErrors {{ code path }} }} }}");
    let answer = app.ask_with(me, &query, json!({ "input": input })).await;
    let refusals = answer.refusals(field);
    let code = refusals.first().map(|refusal| refusal.split(' ').next().unwrap_or_default().to_owned());
    let status = answer.data(&format!("/{field}")).pointer("/profile/viewerFollowStatus").cloned();
    let word = code.or_else(|| status?.as_str().map(str::to_owned)).unwrap_or_else(|| "OK".to_owned());
    let words = ["OK", "NONE", "PENDING", "ACCEPTED", "NOT_FOUND", "NOT_ALLOWED"];
    let heard = words.into_iter().find(|known| **known == word).unwrap_or_else(|| panic!("{act:?}: {word}"));
    let made = answer.data(&format!("/{field}")).pointer("/post/id").and_then(|id| id.as_str()?.parse().ok());
    (heard, made)
}

/// How things stand in a group, as the tables have it.
async fn tables(app: &TestApp, people: &[Person]) -> State {
    let ids: Vec<_> = people.iter().map(|person| format!("'{}'", person.id)).collect();
    let ids = ids.join(", ");
    let number = |id: &Value| people.iter().position(|person| json!(person.id) == *id).unwrap();
    let id = |id: &Value| id.as_str().and_then(|id| id.parse::<Uuid>().ok());
    let rows = async |columns: &str, from: &str| {
        let rows = format!("SELECT coalesce(json_agg(json_build_array({columns})), '[]') FROM {from} IN ({ids})");
        serde_json::from_str::<Vec<Vec<Value>>>(&app.database.text(&rows).await).unwrap()
    };
    let mut state = State::default();
    for row in rows("id, is_private", "profiles WHERE id").await {
        state.private[number(&row[0])] = row[1] == json!(true);
    }
    for row in rows("follower_id, following_id, status", "follows WHERE follower_id").await {
        state.follows.insert((number(&row[0]), number(&row[1])), row[2] == "accepted");
    }
    for row in rows("blocker_id, blocked_id", "blocks WHERE blocker_id").await {
        state.blocks.insert((number(&row[0]), number(&row[1])));
    }
    for row in rows("id, author_id, parent_id, deleted_at", "posts WHERE author_id").await {
        let post = Post { author: number(&row[1]), parent: id(&row[2]), deleted: !row[3].is_null() };
        state.posts.insert(id(&row[0]).unwrap(), post);
    }
    for row in rows("profile_id, post_id", "post_likes WHERE profile_id").await {
        state.likes.insert((number(&row[0]), id(&row[1]).unwrap()));
    }
    state
}

/// That everybody is told the numbers that the model has.
async fn counts_agree(app: &TestApp, people: &[Person], state: &State) {
    for (viewer, me) in people.iter().enumerate() {
        let me = app.again(me);
        let accepted = |end: fn(&(usize, usize)) -> usize| {
            state.follows.iter().filter(|(pair, accepted)| **accepted && end(pair) == viewer).count()
        };
        let profile =
            app.ask(&me, "{ viewer { profile { followerCount followingCount } } }").await.data("/viewer/profile");
        let expected = json!({ "followerCount": accepted(|pair| pair.1), "followingCount": accepted(|pair| pair.0) });
        assert_eq!(profile, expected, "of {viewer} in {state:#?}");
        let posts: Vec<_> = state.posts.keys().copied().collect();
        for posts in posts.chunks(10) {
            let fields: String = posts
                .iter()
                .enumerate()
                .map(|(n, id)| format!("p{n}: post(id: \"{id}\") {{ likeCount viewerHasLiked replyCount }} "))
                .collect();
            let answer = app.ask(&me, &format!("{{ {fields} }}")).await;
            for (n, &post) in posts.iter().enumerate() {
                let likers = state.likes.iter().filter(|like| like.1 == post);
                let likers: BTreeSet<_> =
                    likers.map(|like| like.0).filter(|&liker| state.exists(viewer, liker)).collect();
                let replies =
                    state.posts.iter().filter(|(id, reply)| reply.parent == Some(post) && state.sees(viewer, **id));
                let expected = json!({
                    "likeCount": likers.len(), "viewerHasLiked": likers.contains(&viewer), "replyCount": replies.count(),
                });
                let expected = if state.sees(viewer, post) { expected } else { Value::Null };
                assert_eq!(answer.data(&format!("/p{n}")), expected, "{post} for {viewer} in {state:#?}");
            }
        }
    }
}
