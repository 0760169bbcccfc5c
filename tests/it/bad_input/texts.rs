//! Texts, addresses, numbers and words that are empty, too long, or hold what no text may.

use serde_json::{Value, json};

use super::refused;
use crate::support::{Person, Post, TestApp};

/// A mutation by its field, its input type and the input that would be good.
struct Mutation {
    field: &'static str,
    input: &'static str,
    good: Value,
}

impl Mutation {
    fn query(&self) -> String {
        let Self { field, input, .. } = self;
        format!("mutation($input: {input}!) {{ {field}(input: $input) {{ userErrors {{ code path message }} }} }}")
    }

    fn but(&self, field: &str, value: Value) -> Value {
        let mut input = self.good.clone();
        input[field] = value;
        json!({ "input": input })
    }
}

fn create_post() -> Mutation {
    Mutation { field: "createPost", input: "CreatePostInput", good: json!({ "body": "hello" }) }
}

fn create_beacon() -> Mutation {
    let good = json!({ "body": "ice", "type": "HAZARD", "location": { "latitude": 45, "longitude": -93 } });
    Mutation { field: "createBeacon", input: "CreateBeaconInput", good }
}

fn update_profile() -> Mutation {
    Mutation { field: "updateProfile", input: "UpdateProfileInput", good: json!({}) }
}

struct Scene {
    app: TestApp,
    ada: Person,
    edit_post: Mutation,
}

async fn scene() -> Scene {
    let app = TestApp::new().await;
    let ada = app.person("ada").await;
    app.person("bob").await;
    let post = app.post(&ada, Post::public("hello")).await;
    let edit_post = Mutation { field: "editPost", input: "EditPostInput", good: json!({ "postId": post }) };
    Scene { app, ada, edit_post }
}

#[tokio::test]
async fn a_text_that_is_empty_or_too_long_or_holds_control_characters_is_refused() {
    let Scene { app, ada, edit_post } = scene().await;
    let before = app.database.fingerprint().await;
    let long = |n: usize| "x".repeat(n);
    let bad_body = [String::new(), "  \n\t ".to_owned(), long(5_001), "é".repeat(5_001), "🦀".repeat(5_001)];
    let controls = ["a\0b", "\0", "a\u{1}b", "a\u{1b}[31mb", "a\u{7f}b", "a\u{85}b", "a\u{202e}b", "a\u{2066}b"]
        .map(str::to_owned);
    for mutation in [&create_post(), &edit_post, &create_beacon()] {
        for body in bad_body.iter().chain(&controls) {
            let answer = app.ask_with(&ada, &mutation.query(), mutation.but("body", json!(body))).await;
            assert_eq!(answer.refusals(mutation.field), ["INVALID input.body"], "{} {body:?}", mutation.field);
        }
    }
    for (mutation, value) in [(create_post(), Value::Null), (edit_post, Value::Null)] {
        let answer = app.ask_with(&ada, &mutation.query(), mutation.but("body", value)).await;
        assert_eq!(answer.refusals(mutation.field), ["INVALID input.body"]);
    }
    let update = update_profile();
    let one_line = ["two\nlines".to_owned(), "a\tb".to_owned(), "a\rb".to_owned()];
    let mut cases: Vec<(&str, Value)> = vec![
        ("displayName", json!(long(51))),
        ("displayName", json!("é".repeat(51))),
        ("bio", json!(long(301))),
        ("bio", json!("é".repeat(301))),
        ("handle", Value::Null),
    ];
    cases.extend(one_line.iter().map(|text| ("displayName", json!(text))));
    cases.extend(
        controls.iter().flat_map(|text| [("displayName", json!(text)), ("bio", json!(text)), ("handle", json!(text))]),
    );
    let handles = ["", "ab", "a b", "\u{430}da", "ａｄａ", "ad\u{131}", "ad\u{212a}a", "Support", "so.jorn", "ada@x"];
    cases.extend(handles.map(|handle| ("handle", json!(handle))));
    cases.push(("handle", json!(long(31))));
    for (field, value) in cases {
        let answer = app.ask_with(&ada, &update.query(), update.but(field, value.clone())).await;
        assert_eq!(answer.refusals("updateProfile"), [format!("INVALID input.{field}")], "{value}");
    }
    for handle in ["bob", "BOB", "Bob"] {
        let answer = app.ask_with(&ada, &update.query(), update.but("handle", json!(handle))).await;
        assert_eq!(answer.refusals("updateProfile"), ["TAKEN input.handle"]);
    }
    // One bad field keeps the good ones from being written, and each bad one is named.
    let input = json!({ "input": { "displayName": long(51), "bio": long(301), "handle": "x", "isPrivate": true } });
    let answer = app.ask_with(&ada, &update.query(), input).await;
    let mut refusals = answer.refusals("updateProfile");
    refusals.sort();
    assert_eq!(refusals, ["INVALID input.bio", "INVALID input.displayName", "INVALID input.handle"]);
    assert_eq!(app.database.fingerprint().await, before);
}

#[tokio::test]
async fn the_longest_texts_are_not_too_long() {
    let Scene { app, ada, edit_post } = scene().await;
    for mutation in [create_post(), edit_post, create_beacon()] {
        let answer = app.ask_with(&ada, &mutation.query(), mutation.but("body", json!("é".repeat(5_000)))).await;
        assert_eq!(answer.refusals(mutation.field), [""; 0], "{}", mutation.field);
    }
    let update = update_profile();
    let input = json!({ "displayName": "é".repeat(50), "bio": "é\n".repeat(150), "handle": "x".repeat(30) });
    let answer = app.ask_with(&ada, &update.query(), json!({ "input": input })).await;
    assert_eq!(answer.refusals("updateProfile"), [""; 0]);
}

#[tokio::test]
async fn nul_in_any_text_of_any_field_reaches_no_statement() {
    let Scene { app, ada, edit_post } = scene().await;
    let session = app.sign_up("eve").await;
    let before = app.database.fingerprint().await;
    let nul = "a\0b";
    // Looked up: nobody has such a name.
    let answer =
        refused(&app, &ada, "query($h: String!) { profile(by: { handle: $h }) { id } }", json!({ "h": nul })).await;
    assert_eq!((answer.code().as_str(), super::arguments(&answer)), ("BAD_USER_INPUT", vec!["by.handle".to_owned()]));
    let answer = refused(&app, &ada, r#"{ profile(by: { handle: "a\u0000b" }) { id } }"#, json!({})).await;
    assert_eq!(answer.code(), "BAD_USER_INPUT");
    let answer = refused(&app, &ada, r#"{ globalFeed(after: "a\u0000b") { nodes { id } } }"#, json!({})).await;
    assert_eq!(answer.code(), "BAD_CURSOR");
    // Written: each text of each mutation, escaped in the document as well as in a variable.
    let id = edit_post.good["postId"].clone();
    let sign_up = json!({ "email": "new@sojorn.example", "password": "long enough", "handle": "new" });
    for (mutation, input, good) in [
        ("signUp", "SignUpInput", sign_up),
        ("signIn", "SignInInput", json!({ "login": "eve", "password": "wrong" })),
        ("refreshSession", "RefreshSessionInput", json!({ "refreshToken": "x" })),
        ("changePassword", "ChangePasswordInput", json!({ "currentPassword": "x", "newPassword": "long enough" })),
        ("updateProfile", "UpdateProfileInput", json!({ "handle": "a", "displayName": "", "bio": "" })),
        ("createPost", "CreatePostInput", json!({ "body": "x" })),
        ("editPost", "EditPostInput", json!({ "postId": id, "body": "x" })),
        ("createBeacon", "CreateBeaconInput", json!({ "body": "x" })),
        ("resolveBeacon", "ResolveBeaconInput", json!({ "beaconId": id, "manageKey": "x" })),
        ("deleteBeacon", "ManageBeaconInput", json!({ "beaconId": id, "manageKey": "x" })),
    ] {
        for name in good.as_object().unwrap().keys() {
            // The password of a new account may be anything.
            if (mutation, name.as_str()) == ("signUp", "password") || name == "newPassword" {
                continue;
            }
            let mut input_with_nul = good.clone();
            input_with_nul[name] = json!(nul);
            if mutation == "createBeacon" {
                input_with_nul["type"] = json!("HAZARD");
                input_with_nul["location"] = json!({ "latitude": 45, "longitude": -93 });
            }
            let query =
                format!("mutation($input: {input}!) {{ {mutation}(input: $input) {{ userErrors {{ code path }} }} }}");
            let answer = app.ask_by_token(Some(&session.access), &query, json!({ "input": input_with_nul })).await;
            assert_eq!(answer.status, 200);
            assert!(!answer.refusals(mutation).is_empty(), "{mutation} {name}: {}", answer.body);
        }
    }
    let document = r#"mutation { createPost(input: { body: "a\u0000b" }) { userErrors { code path } } }"#;
    assert_eq!(app.ask(&ada, document).await.refusals("createPost"), ["INVALID input.body"]);
    for url in ["imageUrl", "videoUrl", "thumbnailUrl"] {
        let post = create_post();
        let answer = refused(&app, &ada, &post.query(), post.but(url, json!("https://media.example/\0"))).await;
        assert_eq!(answer.code(), "GRAPHQL_VALIDATION_FAILED");
    }
    assert_eq!(app.database.fingerprint().await, before);
}

#[tokio::test]
async fn half_a_character_is_no_text() {
    let Scene { app, ada, .. } = scene().await;
    let before = app.database.fingerprint().await;
    let authorization = format!("Bearer {}", ada.token);
    let headers = [("authorization", authorization.as_str())];
    let by_variable = "mutation($b: String!) { createPost(input: { body: $b }) { post { body } } }";
    for half in [r"\ud800", r"\uD800", r"\udfff", r"\uDC00", r"a\ud83dz", r"\ude00\ud83d", r"\ud800\ud800"] {
        // In a variable: no JSON that can be read.
        let body = format!(r#"{{"query":"{by_variable}","variables":{{"b":"{half}"}}}}"#);
        let answer = app.post_raw(&headers, body).await;
        assert_eq!((answer.status.as_u16(), answer.code().as_str()), (400, "BAD_USER_INPUT"), "{half}");
        // In the document itself, where JSON has another layer of escapes.
        let document = format!(r#"mutation {{ createPost(input: {{ body: "{half}" }}) {{ post {{ id }} }} }}"#);
        let answer = app.post_raw(&headers, json!({ "query": document }).to_string()).await;
        assert_eq!((answer.status.as_u16(), answer.code().as_str()), (200, "GRAPHQL_PARSE_FAILED"), "{half}");
        assert!(answer.json.get("data").is_none());
        // In the JSON of the document.
        let body = format!(r#"{{"query":"{{ globalFeed {{ nodes {{ id }} }} }} # {half}"}}"#);
        assert_eq!(app.post_raw(&headers, body).await.status, 400, "{half}");
    }
    assert_eq!(app.database.fingerprint().await, before);
    // A whole one is one.
    let body = format!(r#"{{"query":"{by_variable}","variables":{{"b":"\ud83e\udd80"}}}}"#);
    assert_eq!(app.post_raw(&headers, body).await.data("/createPost/post/body"), "🦀");
}

#[tokio::test]
async fn an_address_is_absolute_and_of_the_web() {
    let Scene { app, ada, .. } = scene().await;
    let before = app.database.fingerprint().await;
    let long = format!("https://media.example/{}", "x".repeat(2_048));
    let (post, beacon, update) = (create_post(), create_beacon(), update_profile());
    for (mutation, field) in [
        (&post, "imageUrl"),
        (&post, "videoUrl"),
        (&post, "thumbnailUrl"),
        (&beacon, "imageUrl"),
        (&update, "website"),
        (&update, "avatarUrl"),
        (&update, "coverUrl"),
    ] {
        for url in [
            "",
            " ",
            "x",
            "/picture.png",
            "//media.example/picture.png",
            "media.example/picture.png",
            "javascript:alert(1)",
            "JavaScript:alert(1)",
            " javascript:alert(1)",
            "java\nscript:alert(1)",
            "javascript://media.example/%0aalert(1)",
            "data:image/png;base64,AAAA",
            "file:///etc/passwd",
            "ftp://media.example/picture.png",
            "blob:https://media.example/1",
            "https://",
            "https:media.example",
            "https:/media.example",
            " https://media.example/",
            "\\\\media.example",
            "https:\\\\media.example",
            "http:/\n/media.example",
            "https://media.example/\0",
            "https://media.example/a\tb",
            "https://media .example/",
            "https://[::1",
            "https://media.example:99999/",
            &long,
        ] {
            let answer = refused(&app, &ada, &mutation.query(), mutation.but(field, json!(url))).await;
            assert_eq!(answer.code(), "GRAPHQL_VALIDATION_FAILED", "{field} {url:?}");
            assert!(answer.body.contains(&format!("input.{field}")), "{}", answer.body);
        }
        for value in [json!(1), json!(true), json!(["https://media.example/"]), json!({ "url": "x" })] {
            refused(&app, &ada, &mutation.query(), mutation.but(field, value)).await;
        }
    }
    assert_eq!(app.database.fingerprint().await, before);
}

#[tokio::test]
async fn numbers_of_posts_and_beacons_have_bounds() {
    let Scene { app, ada, .. } = scene().await;
    let before = app.database.fingerprint().await;
    let post = create_post();
    let with_video =
        |duration: i64| json!({ "input": { "videoUrl": "https://media.example/v.mp4", "durationMs": duration } });
    for duration in [-1, i64::from(i32::MIN), 24 * 60 * 60 * 1000 + 1, i64::from(i32::MAX)] {
        let answer = app.ask_with(&ada, &post.query(), with_video(duration)).await;
        assert_eq!(answer.refusals("createPost"), ["INVALID input.durationMs"], "{duration}");
    }
    for duration in [0, 1, -1, 1_000] {
        let answer = app.ask_with(&ada, &post.query(), post.but("durationMs", json!(duration))).await;
        assert_eq!(answer.refusals("createPost"), ["INVALID input.durationMs"], "{duration} without a video");
    }
    let beacon = create_beacon();
    for minutes in [0, -1, i32::MIN, i32::MAX] {
        for mutation in [&post, &beacon] {
            let answer = app.ask_with(&ada, &mutation.query(), mutation.but("expiresInMinutes", json!(minutes))).await;
            assert_eq!(answer.refusals(mutation.field), ["INVALID input.expiresInMinutes"], "{minutes}");
        }
    }
    for (field, value) in
        [("expiresInMinutes", 241), ("radiusMeters", 0), ("radiusMeters", -1), ("radiusMeters", 50_001)]
    {
        let answer = app.ask_with(&ada, &beacon.query(), beacon.but(field, json!(value))).await;
        assert_eq!(answer.refusals("createBeacon"), [format!("INVALID input.{field}")], "{value}");
    }
    let answer = app.ask_with(&ada, &beacon.query(), beacon.but("precision", json!("EXACT"))).await;
    assert_eq!(answer.refusals("createBeacon"), ["NOT_ALLOWED input.precision"]);
    for (mutation, field) in
        [(&post, "durationMs"), (&post, "expiresInMinutes"), (&beacon, "expiresInMinutes"), (&beacon, "radiusMeters")]
    {
        for value in [json!(2_147_483_648_i64), json!(1.5), json!("1"), json!(true), json!(1e300)] {
            let answer = refused(&app, &ada, &mutation.query(), mutation.but(field, value)).await;
            assert!(["BAD_USER_INPUT", "GRAPHQL_VALIDATION_FAILED"].contains(&answer.code().as_str()), "{field}");
        }
    }
    assert_eq!(app.database.fingerprint().await, before);
}

#[tokio::test]
async fn words_that_the_schema_does_not_know_are_refused() {
    let Scene { app, ada, edit_post } = scene().await;
    let before = app.database.fingerprint().await;
    let (post, beacon) = (create_post(), create_beacon());
    for (mutation, field) in [
        (&post, "visibility"),
        (&edit_post, "visibility"),
        (&beacon, "type"),
        (&beacon, "severity"),
        (&beacon, "precision"),
    ] {
        for word in [
            json!("NOTHING"),
            json!("public"),
            json!("hazard"),
            json!("medium"),
            json!(""),
            json!(0),
            json!(["PUBLIC"]),
            json!("PUBLIC\0"),
        ] {
            let answer = refused(&app, &ada, &mutation.query(), mutation.but(field, word.clone())).await;
            assert_eq!(answer.code(), "GRAPHQL_VALIDATION_FAILED", "{field} {word}");
            assert!(answer.json.get("data").is_none());
        }
    }
    let in_area = |more: &str| {
        format!(
            "{{ beacons(area: {{ circle: {{ center: {{ latitude: 1, longitude: 1 }} }} }}, {more}) {{ nodes {{ id }} }} }}"
        )
    };
    for query in [
        r#"{ profile(by: { handle: "ada" }) { posts(kind: NOTHING) { nodes { id } } } }"#.to_owned(),
        in_area("orderBy: NOTHING"),
        in_area("filter: { types: [NOTHING] }"),
        in_area("filter: { minSeverity: low }"),
    ] {
        assert_eq!(refused(&app, &ada, &query, json!({})).await.code(), "GRAPHQL_VALIDATION_FAILED", "{query}");
    }
    assert_eq!(app.database.fingerprint().await, before);
}
