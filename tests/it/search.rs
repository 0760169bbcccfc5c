//! Search: what is found, in which order, by whom, and that its pages are the list.

mod model;

use chrono::TimeDelta;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::{Person, Post, TestApp};

const SEARCH: &str = "query($query: String!, $kinds: [SearchKind!], $first: Int, $after: String) {
    search(query: $query, kinds: $kinds, first: $first, after: $after) {
        edges { cursor node { __typename ...on Profile { handle } ...on Post { body } ...on Hashtag { name } } }
        nodes { __typename ...on Profile { handle } ...on Post { body } ...on Hashtag { name } }
        pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
    } }";

/// A page, and the cursor behind which there is more.
async fn page(app: &TestApp, viewer: Option<&Person>, variables: Value) -> (Vec<String>, Option<String>) {
    let found = app.ask_with(viewer, SEARCH, variables.clone()).await.data("/search");
    let edges = found["edges"].as_array().unwrap();
    assert_eq!(found["nodes"], edges.iter().map(|edge| edge["node"].clone()).collect::<Value>());
    let info = &found["pageInfo"];
    assert_eq!(info["startCursor"], edges.first().map_or(Value::Null, |edge| edge["cursor"].clone()));
    assert_eq!(info["endCursor"], edges.last().map_or(Value::Null, |edge| edge["cursor"].clone()));
    assert_eq!(info["hasPreviousPage"], variables["after"].is_string());
    let word = |node: &Value| match node["__typename"].as_str().unwrap() {
        "Profile" => format!("@{}", node["handle"].as_str().unwrap()),
        "Hashtag" => format!("#{}", node["name"].as_str().unwrap()),
        _ => node["body"].as_str().unwrap().to_owned(),
    };
    let more = info["hasNextPage"] == true;
    (
        edges.iter().map(|edge| word(&edge["node"])).collect(),
        info["endCursor"].as_str().filter(|_| more).map(str::to_owned),
    )
}

/// All that is found, in pages of this size.
async fn all(app: &TestApp, viewer: Option<&Person>, query: &str, kinds: Value, size: usize) -> Vec<String> {
    let (mut found, mut after) = (Vec::new(), None);
    loop {
        let variables = json!({ "query": query, "kinds": kinds, "first": size, "after": after });
        let (words, next) = page(app, viewer, variables).await;
        found.extend(words.iter().cloned());
        if next.is_none() {
            return found;
        }
        assert_eq!(words.len(), size, "a page that is not the last is full");
        after = next;
    }
}

/// What is found of any kind: handles behind `@`, hashtags behind `#`, and texts.
async fn found<'a>(app: &TestApp, viewer: impl Into<Option<&'a Person>>, query: &str) -> Vec<String> {
    all(app, viewer.into(), query, Value::Null, 100).await
}

async fn named(app: &TestApp, handle: &str, display_name: &str) -> Person {
    let person = app.person(handle).await;
    app.database.run(&format!("UPDATE profiles SET display_name = '{display_name}' WHERE id = '{}'", person.id)).await;
    person
}

/// Writes through the API, so that there are hashtags.
async fn write(app: &TestApp, me: &Person, body: &str) -> Uuid {
    let query = "mutation($body: String!) { createPost(input: { body: $body }) { post { id } } }";
    let answer = app.ask_with(me, query, json!({ "body": body })).await;
    app.advance(TimeDelta::seconds(1));
    answer.data("/createPost/post")["id"].as_str().unwrap().parse().unwrap()
}

#[tokio::test]
async fn the_list_goes_from_names_over_hashtags_to_what_is_alike_and_what_was_said() {
    let app = TestApp::new().await;
    let ada = named(&app, "marta", "Someone").await;
    for (handle, name) in [
        ("mart", "Mart"),
        ("mart_b", "Martin"),
        ("zoe", "Mart Zuckmayer"),
        ("yan", "martinique"),
        ("bella", "Bella Mart"),
        ("carl", "Carl Wilhelmina"),
    ] {
        named(&app, handle, name).await;
    }
    for body in ["#martians are here", "Off to the mart", "no such word", "#mart", "MART! mart?"] {
        write(&app, &ada, body).await;
    }
    let expected = [
        // The handle itself, then those that begin so.
        "@mart",
        "@mart_b",
        "@marta",
        "#mart",
        "#martians",
        "@zoe",
        "@yan",
        // A word of the name, though not the first.
        "@bella",
        // Words, not beginnings: newest first.
        "MART! mart?",
        "#mart",
        "Off to the mart",
    ];
    for query in ["mart", "MART", "  Mart\n"] {
        assert_eq!(found(&app, None, query).await, expected, "{query}");
    }
    for size in [1, 2, 3, 7] {
        assert_eq!(all(&app, None, "mart", Value::Null, size).await, expected, "by {size}");
    }
    // A letter is missing, or two have changed places.
    assert_eq!(found(&app, None, "zuckmayr").await, ["@zoe"]);
    assert_eq!(found(&app, None, "wilhelmnia").await, ["@carl"]);
    assert_eq!(found(&app, None, "quinemarti").await, Vec::<String>::new());
    // With one or two letters, everything would be alike.
    assert_eq!(found(&app, None, "ma").await, ["@mart", "@mart_b", "@marta", "#mart", "#martians", "@zoe", "@yan"]);
    assert_eq!(found(&app, None, "c").await, ["@carl"]);
}

#[tokio::test]
async fn a_sign_before_the_text_and_kinds_say_what_is_looked_for() {
    let app = TestApp::new().await;
    let rain = named(&app, "rain", "Sun").await;
    write(&app, &rain, "It will #rain").await;
    let [person, tag, post] = ["@rain", "#rain", "It will #rain"];
    for (query, kinds, expected) in [
        ("rain", Value::Null, &[person, tag, post][..]),
        ("@rain", Value::Null, &[person]),
        ("@ Rain", Value::Null, &[person]),
        ("#RAIN", Value::Null, &[tag, post]),
        ("rain", json!(["PROFILE"]), &[person]),
        ("rain", json!(["HASHTAG"]), &[tag]),
        ("rain", json!(["POST"]), &[post]),
        ("rain", json!(["POST", "PROFILE", "POST"]), &[person, post]),
        ("#rain", json!(["POST", "PROFILE"]), &[post]),
        ("@rain", json!(["POST", "HASHTAG"]), &[]),
        ("@", Value::Null, &[]),
        ("#", Value::Null, &[]),
        ("##rain", json!(["HASHTAG"]), &[]),
    ] {
        assert_eq!(all(&app, None, query, kinds.clone(), 10).await, expected, "{query} {kinds}");
    }
}

#[tokio::test]
async fn posts_are_found_by_all_their_words_by_phrases_and_without_some() {
    let app = TestApp::new().await;
    let ada = app.person("ada").await;
    let fox = app.post(&ada, Post::public("The quick brown fox, über alles! 東京 https://x.example/path")).await;
    app.post(&ada, Post { parent: Some(fox), ..Post::public("a brown reply to the quick one") }).await;
    app.post(&ada, Post::public("rock/roll.See you at sea.example/rooms")).await;
    let beacon = crate::support::Beacon { body: "brown beacon".to_owned(), ..crate::support::Beacon::at(1.0, 1.0) };
    app.beacon(beacon).await;
    let posts = async |query: &str| all(&app, None, query, json!(["POST"]), 10).await.len();
    for (query, expected) in [
        ("brown", 2),
        ("quick BROWN", 2),
        ("\"quick brown\"", 1),
        ("brown -fox", 1),
        ("fox or reply", 2),
        ("quick red", 0),
        ("bro", 0),
        ("ÜBER", 1),
        ("東京", 1),
        ("the", 2),
        ("x.example", 1),
        ("beacon", 0),
        ("rock", 1),
        ("roll see", 1),
        ("rock/roll", 1),
        ("rooms", 1),
        ("sea.example", 1),
        // What only excludes would be in nearly all of them.
        ("-fox", 0),
        ("-fox -reply", 0),
        ("nothing or -fox", 0),
    ] {
        assert_eq!(posts(query).await, expected, "{query}");
    }
    // Search is no feed: what somebody has put out of the feeds is still found.
    app.to_post(&ada, "hidePost", fox).await;
    assert_eq!(all(&app, Some(&ada), "fox", json!(["POST"]), 10).await.len(), 1);
    // What was changed is found by what it says now, what was deleted is not.
    let edit = "mutation($id: ID!) { editPost(input: { postId: $id, body: \"a lazy dog\" }) { post { id } } }";
    app.ask_with(&ada, edit, json!({ "id": fox })).await.data("/editPost/post/id");
    assert_eq!((posts("fox").await, posts("dog").await), (0, 1));
    app.to_post(&ada, "deletePost", fox).await;
    assert_eq!(posts("dog").await, 0);
}

#[tokio::test]
async fn one_finds_whom_and_what_one_may_see() {
    let app = TestApp::new().await;
    let eve = app.private("eve_secret").await;
    let (fan, stranger, asking) = (app.person("fan").await, app.person("stranger").await, app.person("asking").await);
    app.follow(&fan, &eve, "accepted").await;
    app.follow(&asking, &eve, "pending").await;
    write(&app, &eve, "secret plans for #secretive people").await;
    app.post(&eve, Post::of("only_me", "secret diary")).await;
    // The card of a private profile is there for everybody; what it hides is there for followers.
    let card = ["@eve_secret"];
    for viewer in [None, Some(&stranger), Some(&asking)] {
        assert_eq!(found(&app, viewer, "secret").await, card);
        assert_eq!(found(&app, viewer, "@eve_s").await, card);
        assert_eq!(found(&app, viewer, "#secret").await, Vec::<String>::new());
    }
    let plans = "secret plans for #secretive people";
    assert_eq!(found(&app, &fan, "secret").await, ["#secretive", "@eve_secret", plans]);
    assert_eq!(found(&app, &eve, "#secret").await, ["#secretive", "secret diary", plans]);
    // What is on the profile, and not on the card, finds nobody.
    app.database.run(&format!("UPDATE profiles SET bio = 'hidden bio' WHERE id = '{}'", eve.id)).await;
    assert_eq!(found(&app, &fan, "hidden").await, Vec::<String>::new());
    // A block hides each from the other, and nobody else.
    let shy = app.person("shy_secret").await;
    write(&app, &shy, "shy secret").await;
    app.block(&shy, &stranger).await;
    assert_eq!(found(&app, &stranger, "shy").await, Vec::<String>::new());
    assert_eq!(found(&app, &shy, "stranger").await, Vec::<String>::new());
    assert_eq!(found(&app, &fan, "shy").await, ["@shy_secret", "shy secret"]);
    // Who is suspended is nobody, and has said nothing.
    app.set_state(&eve, "suspended").await;
    app.set_state(&shy, "suspended").await;
    for viewer in [None, Some(&fan), Some(&stranger)] {
        assert_eq!(found(&app, viewer, "secret").await, Vec::<String>::new());
    }
}

/// Of the first thousand matches, none may be seen; the page is what comes behind them.
#[tokio::test]
async fn what_may_not_be_seen_takes_no_place() {
    let app = TestApp::new().await;
    let (ada, eve) = (app.person("ada").await, app.private("eve").await);
    app.database
        .run(&format!(
            "INSERT INTO posts (author_id, body, visibility, created_at)
             SELECT CASE WHEN n < 1500 THEN '{}'::uuid ELSE '{}' END, 'word ' || n, 'public',
                    timestamptz '2026-02-01' - n * interval '1 min' FROM generate_series(1, 1503) AS n;
             INSERT INTO profiles (handle, display_name, state)
             SELECT 'word_' || n, 'Word', CASE WHEN n < 300 THEN 'suspended' ELSE 'active' END
             FROM generate_series(100, 301) AS n;
             UPDATE posts SET tags = ARRAY['word' || body] WHERE author_id = '{0}';
             UPDATE posts SET tags = '{{wordy}}' WHERE author_id = '{1}';",
            eve.id, ada.id
        ))
        .await;
    let expected = ["@word_300", "@word_301", "#wordy", "word 1500", "word 1501", "word 1502", "word 1503"];
    for size in [1, 3, 7, 100] {
        assert_eq!(all(&app, None, "word", Value::Null, size).await, expected, "by {size}");
    }
}

#[tokio::test]
async fn what_is_typed_is_looked_for_as_it_stands() {
    let app = TestApp::new().await;
    let ada = named(&app, "a_da", "100% Ada \\ O''Hara").await;
    named(&app, "axda", "🦀 crab").await;
    named(&app, "rtl", "שלום עולם").await;
    write(&app, &ada, "50% off: it's \\o/ & (more) | less <-> !").await;
    let one = async |query: &str| found(&app, None, query).await;
    assert_eq!(one("a_").await, ["@a_da"]);
    assert_eq!(one("100%").await, ["@a_da"]);
    assert_eq!(one("🦀").await, ["@axda"]);
    assert_eq!(one("שלום").await, ["@rtl"]);
    for query in [
        "%",
        "%%%",
        "\\",
        "''",
        "'; DROP TABLE posts; --",
        "!",
        "&",
        "|",
        "<->",
        ":*",
        "()",
        "((",
        "\"",
        "\"\"",
        "--",
        "…",
        "?!.,",
        "\u{10ffff}",
        "\u{202e}",
        "a\u{0}".trim_end_matches('\0'),
    ] {
        let words = one(query).await;
        assert!(words.iter().all(|word| word.starts_with("@a")), "{query:?}: {words:?}");
    }
    for query in ["off & more", "more | nothing", "off <-> it", "'off'", "off:*", "(off)", "it's"] {
        let texts = all(&app, None, query, json!(["POST"]), 10).await;
        assert_eq!(texts.len(), usize::from(query != "more | nothing"), "{query}");
    }
    let long = "a b ".repeat(25);
    assert_eq!(one(&long).await, Vec::<String>::new());
    assert_eq!(one(&"🦀".repeat(100)).await, Vec::<String>::new());
}

/// The newest posts are read only up to a mark; behind it, the index of words finds the same, in the same order.
#[tokio::test]
async fn long_posts_hide_none() {
    let app = TestApp::new().await;
    let ada = app.person("ada").await;
    app.database
        .run(&format!(
            "INSERT INTO posts (author_id, body, visibility, created_at)
             SELECT '{}', repeat('word ', 900) || CASE WHEN n % 7 = 0 THEN 'needle' ELSE 'hay' END || n, 'public',
                    timestamptz '2026-02-01' - n * interval '1 min' FROM generate_series(1, 300) AS n;
             UPDATE posts SET body = replace(body, 'needle', 'needle ')",
            ada.id
        ))
        .await;
    let all = all(&app, None, "needle", json!(["POST"]), 5).await;
    let expected = "SELECT string_agg(body, '|' ORDER BY created_at DESC) FROM posts WHERE body LIKE '%needle%'";
    assert_eq!(all.join("|"), app.database.text(expected).await);
    assert_eq!(all.len(), 42);
}

#[tokio::test]
async fn hashtags_are_found_in_the_order_of_their_letters() {
    let app = TestApp::new().await;
    let ada = app.person("ada").await;
    write(&app, &ada, "#été #Etat #et #eta_b #eta #ETUDE #ετα #élan #e9").await;
    let tags = async |query: &str| all(&app, None, query, json!(["HASHTAG"]), 2).await;
    assert_eq!(tags("et").await, ["#et", "#eta", "#eta_b", "#etat", "#etude"]);
    assert_eq!(tags("É").await, ["#élan", "#été"]);
    assert_eq!(tags("e").await, ["#e9", "#et", "#eta", "#eta_b", "#etat", "#etude"]);
    assert_eq!(tags("ΕΤ").await, ["#ετα"]);
}
