//! What a person may do so often in an hour.

use chrono::TimeDelta;
use serde_json::json;

use super::server;
use crate::support::{Beacon, Post};

#[tokio::test]
async fn each_verb_has_its_budget_and_begins_anew_after_an_hour() {
    let app = server(|config| {
        let budgets = &mut config.domain.budgets;
        (budgets.posts, budgets.follows, budgets.likes, budgets.votes, budgets.blocks, budgets.key_claims) =
            (2, 2, 2, 2, 2, 2);
    })
    .await;
    let (ada, ben) = (app.person("ada").await, app.person("ben").await);
    let post = app.post(&ben, Post::public("a post")).await;
    let beacon = app.beacon(Beacon::at(44.9, -93.2)).await;
    let verbs = [
        r#"createPost(input: { body: "hello" })"#.to_owned(),
        format!(r#"follow(input: {{ profileId: "{}" }})"#, ben.id),
        format!(r#"likePost(input: {{ postId: "{post}" }})"#),
        format!(r#"voteBeacon(input: {{ beaconId: "{beacon}", vote: VOUCH }})"#),
        format!(r#"claimKeyBundle(input: {{ profileId: "{}" }})"#, ben.id),
        format!(r#"block(input: {{ profileId: "{}" }})"#, ben.id),
    ];
    for verb in &verbs {
        // By aliases in one document, and then again.
        let three = format!(
            "mutation {{ a: {verb} {{ userErrors {{ code }} }} b: {verb} {{ userErrors {{ code }} }} c: {verb} {{ userErrors {{ code }} }} }}"
        );
        let answer = app.ask(&ada, &three).await;
        assert_eq!(answer.codes(), ["RATE_LIMITED"], "{verb}: {}", answer.body);
        assert_eq!(answer.json["errors"][0]["path"], json!(["c"]), "{verb}");
        assert_eq!(answer.json["errors"][0]["extensions"]["retryAfterMs"], 3_600_000, "{verb}");
        assert_eq!(
            app.ask(&ada, &format!("mutation {{ {verb} {{ userErrors {{ code }} }} }}")).await.status,
            429,
            "{verb}"
        );
    }
    assert_eq!(app.database.number(&format!("SELECT count(*) FROM posts WHERE author_id = '{}'", ada.id)).await, 2);
    // Taking back costs nothing.
    for verb in ["unfollow", "unblock"] {
        for _ in 0..5 {
            app.to_profile(&ada, verb, ben.id).await.data("");
        }
    }
    app.advance(TimeDelta::hours(1));
    let again = format!("mutation {{ {} {{ userErrors {{ code }} }} }}", verbs[0]);
    assert_eq!(app.ask_by_token(Some(&app.token(ada.id)), &again, json!({})).await.status, 200);
}
