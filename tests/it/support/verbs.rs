use serde_json::json;
use uuid::Uuid;

use super::{Answer, Person, TestApp};

impl TestApp {
    /// The same person with a new token: one is good for 15 minutes of the server's clock.
    pub fn again(&self, person: &Person) -> Person {
        Person { token: self.token(person.id), ..person.clone() }
    }

    /// A mutation that takes a profile: `follow`, `unfollow`, ...
    pub async fn to_profile<'a>(&self, me: impl Into<Option<&'a Person>>, verb: &str, other: Uuid) -> Answer {
        let query = format!(
            "mutation($id: ID!) {{ {verb}(input: {{ profileId: $id }}) {{
                profile {{ id viewerFollowStatus followsViewer isPrivate followerCount followingCount }}
                viewer {{ profile {{ id followerCount followingCount }} followRequests {{ totalCount }} }}
                userErrors {{ code message path }}
            }} }}"
        );
        self.ask_with(me, &query, json!({ "id": other })).await
    }

    /// As [`Self::to_profile`]; it must not be refused.
    pub async fn must(&self, me: &Person, verb: &str, other: &Person) -> Answer {
        let answer = self.to_profile(me, verb, other.id).await;
        assert_eq!(answer.refusals(verb), [""; 0], "{verb}");
        answer
    }

    /// A mutation that takes a post and answers one: `pinPost`, `unpinPost`.
    pub async fn to_post<'a>(&self, me: impl Into<Option<&'a Person>>, verb: &str, post: Uuid) -> Answer {
        let payload = if verb == "deletePost" { "deletedId" } else { "post { id isPinned }" };
        let query = format!(
            "mutation($id: ID!) {{ {verb}(input: {{ postId: $id }}) {{ {payload} userErrors {{ code message path }} }} }}"
        );
        self.ask_with(me, &query, json!({ "id": post })).await
    }

    /// The status of a follow; empty when there is none.
    pub async fn follow_status(&self, follower: &Person, following: &Person) -> String {
        let pair = format!("follower_id = '{}' AND following_id = '{}'", follower.id, following.id);
        self.database.text(&format!("SELECT status FROM follows WHERE {pair}")).await
    }

    /// Turns the privacy switch.
    pub async fn set_private(&self, me: &Person, is_private: bool) -> Answer {
        let query = "mutation($on: Boolean) { updateProfile(input: { isPrivate: $on }) {
            profile { isPrivate followerCount } userErrors { code message path } } }";
        self.ask_with(me, query, json!({ "on": is_private })).await
    }
}
