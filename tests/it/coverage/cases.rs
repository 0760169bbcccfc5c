//! The cases. `$NAMES` are ids of the scene; an answer is that of the field with everything that can be selected of it.

use self::Outcome::{Holds, Null, Refused, Unauthenticated};

/// A root field asked by two viewers who have nothing to do with anybody.
pub struct Case {
    pub root: &'static str,
    pub field: &'static str,
    /// The arguments.
    pub input: &'static str,
    pub signed_out: Outcome,
    pub stranger: Outcome,
}

/// What the answer has to be.
#[derive(Debug)]
pub enum Outcome {
    /// Null, and no error.
    Null,
    /// Null, and the error that one has to sign in.
    Unauthenticated,
    /// A payload with nothing but this user error.
    Refused(&'static str),
    /// At least this.
    Holds(&'static str),
}

const fn query(field: &'static str, input: &'static str, signed_out: Outcome, stranger: Outcome) -> Case {
    Case { root: "Query", field, input, signed_out, stranger }
}

const fn mutation(field: &'static str, input: &'static str, signed_out: Outcome, stranger: Outcome) -> Case {
    Case { root: "Mutation", field, input, signed_out, stranger }
}

const fn subscription(field: &'static str, input: &'static str, signed_out: Outcome, stranger: Outcome) -> Case {
    Case { root: "Subscription", field, input, signed_out, stranger }
}

/// A private profile as a card: nothing of the rest.
const CARD: Outcome = Holds(
    r#"{ "handle": "owner", "isPrivate": true, "viewerCanSeePosts": false, "viewerFollowStatus": "NONE", "bio": null,
         "website": null, "coverUrl": null, "createdAt": null, "followerCount": null, "followingCount": null,
         "postCount": null, "followers": { "nodes": [], "totalCount": 0 }, "following": { "nodes": [], "totalCount": 0 },
         "posts": { "nodes": [] } }"#,
);
const NODES: &str = r#"ids: ["$OWNER", "$HIDDEN", "$SIGNED", "$PUBLIC", "$ANONYMOUS", "$SHUNNED", "$ANSWER"]"#;
/// Of all beacons there.
const OPEN_BEACON_EVENT: &str = r#"[{ "kind": "CHANGED", "beacon": { "body": "open beacon" } }]"#;
const AREA: &str = "area: { circle: { center: { latitude: 10, longitude: 10 } } }";

pub const CASES: &[Case] = &[
    subscription("beaconChanged", AREA, Holds(OPEN_BEACON_EVENT), Holds(OPEN_BEACON_EVENT)),
    subscription("homeFeedPostAdded", "", Unauthenticated, Null),
    subscription("notificationReceived", "", Unauthenticated, Null),
    query("node", r#"id: "$HIDDEN""#, Null, Null),
    query("node", r#"id: "$SIGNED""#, Null, Null),
    query("node", r#"id: "$SHUNNING""#, Holds(r#"{ "Profile_handle": "shunning" }"#), Null),
    query("node", r#"id: "$ANSWER""#, ANSWER_NODE, ANSWER_NODE),
    query("node", r#"id: "$TOLD""#, Null, Null),
    query(
        "nodes",
        NODES,
        Holds(
            r#"[{ "Profile_handle": "owner", "Profile_bio": null }, null, null, { "Post_body": "open post" },
                { "Beacon_body": "open beacon" }, { "Post_body": "shun post" }, { "Post_parent": null }]"#,
        ),
        Holds(
            r#"[{ "Profile_handle": "owner", "Profile_bio": null }, null, null, { "Post_body": "open post" },
                { "Beacon_body": "open beacon" }, null, { "Post_parent": null }]"#,
        ),
    ),
    query(
        "viewer",
        "",
        Null,
        Holds(
            r#"{ "email": "", "profile": { "handle": "stranger" }, "followRequests": { "nodes": [], "totalCount": 0 } }"#,
        ),
    ),
    query("profile", r#"by: { handle: "owner" }"#, CARD, CARD),
    query("profile", r#"by: { id: "$SHUNNING" }"#, Holds(r#"{ "handle": "shunning" }"#), Null),
    query("profile", r#"by: { handle: "shunning" }"#, Holds(r#"{ "postCount": 1 }"#), Null),
    query("post", r#"id: "$HIDDEN""#, Null, Null),
    query("post", r#"id: "$REPLY""#, Null, Null),
    query("post", r#"id: "$SHUNNED""#, Holds(r#"{ "body": "shun post" }"#), Null),
    query("post", r#"id: "$ANSWER""#, ANSWER, ANSWER),
    query("beacon", r#"id: "$SIGNED""#, Null, Null),
    query("beacon", r#"id: "$ANONYMOUS""#, Holds(r#"{ "author": null }"#), Holds(r#"{ "author": null }"#)),
    query(
        "globalFeed",
        "",
        Holds(r#"{ "nodes": [{ "body": "shun post" }, { "body": "open video" }, { "body": "open post" }] }"#),
        Holds(r#"{ "nodes": [{ "body": "open video" }, { "body": "open post" }] }"#),
    ),
    query("homeFeed", "", Unauthenticated, Holds(r#"{ "nodes": [], "edges": [], "pageInfo": { "endCursor": null } }"#)),
    query(
        "exportMyData",
        "",
        Unauthenticated,
        Holds(
            r#"{ "profile": { "handle": "stranger" }, "account": null, "posts": [], "beacons": [], "following": [],
                 "followers": [], "circle": [], "blockedProfiles": [], "likes": [], "saves": [] }"#,
        ),
    ),
    query("hashtag", r#"name: "hush""#, Null, Null),
    query(
        "rateLimit",
        "dryRun: false",
        Holds(r#"{ "limit": 2147483647, "remaining": 2147483647 }"#),
        Holds(r#"{ "limit": 2147483647, "remaining": 2147483647 }"#),
    ),
    // What was hushed is found by nobody here, nor is its hashtag, and who has blocked the viewer is nobody to find.
    query("search", r#"query: "hush""#, NOTHING, NOTHING),
    query(
        "search",
        r#"query: "own", kinds: [PROFILE]"#,
        Holds(r#"{ "nodes": [{ "Profile_handle": "owner", "Profile_bio": null, "Profile_postCount": null }] }"#),
        Holds(r#"{ "nodes": [{ "Profile_handle": "owner", "Profile_bio": null, "Profile_postCount": null }] }"#),
    ),
    query("search", r#"query: "shunning""#, Holds(r#"{ "nodes": [{ "Profile_handle": "shunning" }] }"#), NOTHING),
    query("search", r#"query: "shun post""#, Holds(r#"{ "nodes": [{ "Post_body": "shun post" }] }"#), NOTHING),
    query("quipFeed", "", OPEN_VIDEO, OPEN_VIDEO),
    query("beacons", AREA, OPEN_BEACON, OPEN_BEACON),
    query("beaconClusters", MAP, OPEN_CLUSTER, OPEN_CLUSTER),
    mutation(
        "signUp",
        r#"input: { email: "new@x.example", password: "long enough", handle: "Owner" }"#,
        Refused("TAKEN"),
        Refused("TAKEN"),
    ),
    mutation("signIn", r#"input: { login: "owner", password: "guess" }"#, REFUSED, REFUSED),
    mutation("refreshSession", r#"input: { refreshToken: "hush token" }"#, REFUSED, REFUSED),
    mutation("signOut", "input: {}", Unauthenticated, Refused("INVALID")),
    mutation("signOut", r#"input: { refreshToken: "guess", everywhere: true }"#, DONE, DONE),
    mutation(
        "changePassword",
        r#"input: { currentPassword: "guess", newPassword: "long enough" }"#,
        Unauthenticated,
        REFUSED,
    ),
    mutation("deleteAccount", r#"input: { password: "guess" }"#, Unauthenticated, REFUSED),
    mutation("updateProfile", r#"input: { handle: "owner" }"#, Unauthenticated, Refused("TAKEN")),
    mutation("follow", SHUNNING, Unauthenticated, NOT_FOUND),
    mutation("unfollow", SHUNNING, Unauthenticated, NOT_FOUND),
    mutation("acceptFollowRequest", SHUNNING, Unauthenticated, NOT_FOUND),
    mutation("acceptFollowRequest", r#"input: { profileId: "$OWNER" }"#, Unauthenticated, NOT_FOUND),
    mutation("rejectFollowRequest", SHUNNING, Unauthenticated, NOT_FOUND),
    mutation("removeFollower", SHUNNING, Unauthenticated, NOT_FOUND),
    mutation("markNotificationsRead", "input: {}", Unauthenticated, Refused("INVALID")),
    // Another's is passed over; that it was not marked is told in tests/it/notifications.rs.
    mutation("markNotificationsRead", r#"input: { ids: ["$TOLD"] }"#, Unauthenticated, DONE),
    mutation("claimKeyBundle", SHUNNING, Unauthenticated, NOT_FOUND),
    mutation("claimKeyBundle", r#"input: { profileId: "$OWNER" }"#, Unauthenticated, Refused("CONFLICT")),
    mutation(
        "publishKeys",
        r#"input: { identityKey: "x", registrationId: 1, signedPrekeyId: 1, signedPrekey: "x",
                    signedPrekeySignature: "x", oneTimePrekeys: [] }"#,
        Unauthenticated,
        Refused("INVALID"),
    ),
    mutation("block", SHUNNING, Unauthenticated, NOT_FOUND),
    mutation("unblock", SHUNNING, Unauthenticated, NOT_FOUND),
    mutation("addToCircle", SHUNNING, Unauthenticated, NOT_FOUND),
    mutation("addToCircle", r#"input: { profileId: "$OWNER" }"#, Unauthenticated, NOT_ALLOWED),
    mutation("removeFromCircle", SHUNNING, Unauthenticated, NOT_FOUND),
    mutation("createPost", "input: {}", Unauthenticated, Refused("INVALID")),
    mutation("editPost", r#"input: { postId: "$HIDDEN", body: "mine" }"#, Unauthenticated, NOT_FOUND),
    mutation("editPost", r#"input: { postId: "$PUBLIC", body: "mine" }"#, Unauthenticated, NOT_ALLOWED),
    mutation("deletePost", r#"input: { postId: "$HIDDEN" }"#, Unauthenticated, NOT_FOUND),
    mutation("deletePost", r#"input: { postId: "$PUBLIC" }"#, Unauthenticated, NOT_ALLOWED),
    mutation("createPost", r#"input: { body: "x", parentId: "$HIDDEN" }"#, Unauthenticated, NOT_FOUND),
    mutation("likePost", r#"input: { postId: "$HIDDEN" }"#, Unauthenticated, NOT_FOUND),
    mutation("likePost", r#"input: { postId: "$SHUNNED" }"#, Unauthenticated, NOT_FOUND),
    mutation("unlikePost", r#"input: { postId: "$HIDDEN" }"#, Unauthenticated, NOT_FOUND),
    mutation("savePost", r#"input: { postId: "$HIDDEN" }"#, Unauthenticated, NOT_FOUND),
    mutation("unsavePost", r#"input: { postId: "$HIDDEN" }"#, Unauthenticated, NOT_FOUND),
    mutation("hidePost", r#"input: { postId: "$HIDDEN" }"#, Unauthenticated, NOT_FOUND),
    mutation("toggleReaction", r#"input: { postId: "$HIDDEN", emoji: "👍" }"#, Unauthenticated, NOT_FOUND),
    mutation("toggleReaction", r#"input: { postId: "$PUBLIC", emoji: "no" }"#, Unauthenticated, Refused("INVALID")),
    mutation("pinPost", r#"input: { postId: "$HIDDEN" }"#, Unauthenticated, NOT_FOUND),
    mutation("pinPost", r#"input: { postId: "$PUBLIC" }"#, Unauthenticated, NOT_ALLOWED),
    mutation("unpinPost", r#"input: { postId: "$HIDDEN" }"#, Unauthenticated, NOT_FOUND),
    mutation("unpinPost", r#"input: { postId: "$PUBLIC" }"#, Unauthenticated, NOT_ALLOWED),
    mutation(
        "createBeacon",
        r#"input: { body: "x", type: FIRE, precision: EXACT, location: { latitude: 1, longitude: 1 } }"#,
        Unauthenticated,
        NOT_ALLOWED,
    ),
    mutation("voteBeacon", r#"input: { beaconId: "$SIGNED", vote: REPORT }"#, Unauthenticated, NOT_FOUND),
    mutation("unvoteBeacon", r#"input: { beaconId: "$SIGNED" }"#, Unauthenticated, NOT_FOUND),
    // Whoever holds the key of an anonymous beacon need not be signed in; who only guesses gets nowhere.
    mutation("resolveBeacon", r#"input: { beaconId: "$SIGNED", manageKey: "guess" }"#, NOT_FOUND, NOT_FOUND),
    mutation("resolveBeacon", r#"input: { beaconId: "$ANONYMOUS", manageKey: "guess" }"#, NOT_ALLOWED, NOT_ALLOWED),
    mutation("deleteBeacon", r#"input: { beaconId: "$SIGNED" }"#, NOT_FOUND, NOT_FOUND),
    mutation("deleteBeacon", r#"input: { beaconId: "$ANONYMOUS", manageKey: "" }"#, NOT_ALLOWED, NOT_ALLOWED),
];

const ANSWER: Outcome = Holds(r#"{ "body": "open answer", "parent": null }"#);
const ANSWER_NODE: Outcome = Holds(r#"{ "Post_body": "open answer", "Post_parent": null }"#);
const OPEN_VIDEO: Outcome = Holds(r#"{ "nodes": [{ "body": "open video" }] }"#);
const NOTHING: Outcome =
    Holds(r#"{ "nodes": [], "edges": [], "pageInfo": { "hasNextPage": false, "endCursor": null } }"#);
const OPEN_BEACON: Outcome = Holds(r#"{ "nodes": [{ "body": "open beacon", "author": null }], "totalCount": 1 }"#);
const MAP: &str = "bounds: { south: 9, west: 9, north: 11, east: 11 }, zoom: 6";
const OPEN_CLUSTER: Outcome = Holds(
    r#"[{ "count": 1, "center": { "latitude": 10.0, "longitude": 10.0 }, "beacon": { "body": "open beacon" } }]"#,
);
const SHUNNING: &str = r#"input: { profileId: "$SHUNNING" }"#;
const DONE: Outcome = Holds(r#"{ "userErrors": [] }"#);
const NOT_FOUND: Outcome = Refused("NOT_FOUND");
const NOT_ALLOWED: Outcome = Refused("NOT_ALLOWED");
const REFUSED: Outcome = Refused("BAD_CREDENTIALS");
