//! Signing up and in: the rules, what is taken, and what a refusal tells.

use std::time::{Duration, Instant};

use futures_util::future::join_all;
use serde_json::{Value, json};

use crate::support::{PASSWORD, TestApp, old_hash, session_of};

/// How long every refused sign-in takes.
const FLOOR: Duration = Duration::from_millis(500);

fn ada() -> Value {
    json!({ "email": "ada@sojorn.example", "password": PASSWORD, "handle": "ada" })
}

fn ada_but(field: &str, value: &str) -> Value {
    let mut input = ada();
    input[field] = json!(value);
    input
}

#[tokio::test]
async fn the_answer_to_a_sign_up_is_that_of_the_new_viewer() {
    let app = TestApp::new().await;
    // Also when somebody else asks.
    let bob = app.person("bob").await;
    let input =
        json!({ "email": " Ada@Sojorn.Example ", "password": PASSWORD, "handle": "Ada_L.", "displayName": " Ada L. " });
    let answer = app.session_mutation(Some(&bob.token), "signUp", input).await;
    let session = session_of(&answer, "signUp");
    let viewer = answer.data("/signUp/session/viewer");
    assert_eq!(viewer["email"], "Ada@Sojorn.Example");
    assert_eq!(viewer["profile"]["handle"], "ada_l.");
    assert_eq!(viewer["profile"]["displayName"], "Ada L.");
    assert_eq!(viewer["profile"]["viewerIsOwner"], true);
    assert_eq!(answer.data("/signUp/session/accessTokenExpiresAt"), "2026-03-01T12:15:00+00:00");

    let again = app.ask_by_token(Some(&session.access), "{ viewer { id email profile { id } } }", json!({})).await;
    assert_eq!(again.data("/viewer/id"), viewer["id"]);
    assert_eq!(again.data("/viewer/profile/id"), viewer["profile"]["id"]);

    // What is kept: the handle in lower case, Argon2id, and no token.
    assert_eq!(app.database.text("SELECT handle FROM profiles WHERE handle <> 'bob'").await, "ada_l.");
    let hash = app.database.text("SELECT password_hash FROM accounts").await;
    assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hash}");
    let hash = app.database.text("SELECT encode(token_hash, 'escape') FROM refresh_tokens").await;
    assert!(!hash.contains(&session.refresh));
}

#[tokio::test]
async fn a_sign_up_that_breaks_a_rule_names_the_field_and_leaves_nothing() {
    let app = TestApp::new().await;
    let before = app.database.fingerprint().await;
    let long = |n: usize| "x".repeat(n);
    let wide = |n: usize| "é".repeat(n);
    let mut cases: Vec<(&str, String)> = Vec::new();
    let mut add = |field, values: &[&str]| cases.extend(values.iter().map(|value| (field, (*value).to_owned())));
    let no_addresses = ["", "ada", "ada@", "@sojorn.example", "a b@sojorn.example", "a@b@c", "ada@sojorn..example"];
    add("email", &no_addresses);
    add("email", &["ada\0@sojorn.example", "ada@sojorn.example\0", &format!("{}@sojorn.example", long(300))]);
    add("password", &["", "7 chars", &long(257), &wide(129)]);
    add("handle", &["", "ab", &long(31), "ada lovelace", "ada!", "ada-l", "ad\0a", "ada\n", "@ada"]);
    // Look-alikes: Cyrillic, fullwidth, dotless i, dotted capital I, Kelvin sign, combining accent, zero-width space.
    let looks_alike =
        ["\u{430}da", "ａｄａ", "ad\u{131}", "AD\u{130}", "ada\u{212a}", "a\u{301}da", "ad\u{200b}a", "ſara"];
    add("handle", &looks_alike);
    // Reserved, in any case, and with anything between the letters.
    add("handle", &["admin", "Admin", "SUPPORT", "sojorn", "s.o.j.o.r.n", "_so_jorn_", "...", "___", "me."]);
    add("displayName", &[&long(51), &wide(51), "two\nlines", "a\0b", "a\tb", "\u{202e}ada", "a\u{2066}b"]);
    for (field, value) in cases {
        let answer = app.session_mutation(None, "signUp", ada_but(field, &value)).await;
        assert_eq!(answer.refusals("signUp"), [format!("INVALID input.{field}")], "{field} {value:?}");
        assert_eq!(answer.data("/signUp/session"), Value::Null);
    }
    let all = json!({ "email": "", "password": "", "handle": "", "displayName": long(51) });
    let answer = app.session_mutation(None, "signUp", all).await;
    let fields = ["email", "password", "handle", "displayName"].map(|field| format!("INVALID input.{field}"));
    assert_eq!(answer.refusals("signUp"), fields);
    assert_eq!(app.database.fingerprint().await, before);
}

#[tokio::test]
async fn the_limits_themselves_are_within_the_limits() {
    let app = TestApp::new().await;
    for (number, handle, password, name) in [
        (1, "abc".to_owned(), "8 bytes!".to_owned(), "A".to_owned()),
        (2, "x".repeat(30), "é".repeat(128), "é".repeat(50)),
        (3, "a.b_9".to_owned(), "🦀".repeat(8), "   ".to_owned()),
    ] {
        let email = format!("{number}@sojorn.example");
        let input = json!({ "email": email, "password": password, "handle": handle, "displayName": name });
        session_of(&app.session_mutation(None, "signUp", input).await, "signUp");
        session_of(&app.sign_in(&handle, &password).await, "signIn");
    }
    // A name of nothing is none, and the handle stands in for it.
    let answer = app.ask(None, r#"{ profile(by: { handle: "a.b_9" }) { displayName } }"#).await;
    assert_eq!(answer.data("/profile/displayName"), "a.b_9");
}

#[tokio::test]
async fn what_somebody_else_has_is_taken_in_any_case() {
    let app = TestApp::new().await;
    app.session_mutation(None, "signUp", ada_but("email", "Ünal@sojorn.example")).await.data("/signUp");
    let gone = app.person("gone").await;
    app.set_state(&gone, "pending_deletion").await;
    let before = app.database.fingerprint().await;
    for (email, handle, field) in [
        ("new@sojorn.example", "ada", "handle"),
        ("new@sojorn.example", "ADA", "handle"),
        ("new@sojorn.example", "aDa", "handle"),
        ("new@sojorn.example", "Gone", "handle"),
        ("Ünal@sojorn.example", "new", "email"),
        ("ünal@sojorn.example", "new", "email"),
        ("ÜNAL@SOJORN.EXAMPLE", "new", "email"),
        (" ünal@Sojorn.example ", "new", "email"),
    ] {
        let input = json!({ "email": email, "password": PASSWORD, "handle": handle });
        let answer = app.session_mutation(None, "signUp", input).await;
        assert_eq!(answer.refusals("signUp"), [format!("TAKEN input.{field}")], "{email} {handle}");
    }
    assert_eq!(app.database.fingerprint().await, before);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_several_who_want_a_handle_at_once_one_gets_it() {
    let app = TestApp::new().await;
    let inputs = (0..4).map(|n| {
        let handle = if n % 2 == 0 { "ada" } else { "ADA" };
        json!({ "email": format!("{n}@sojorn.example"), "password": PASSWORD, "handle": handle })
    });
    let answers = join_all(inputs.map(|input| app.session_mutation(None, "signUp", input))).await;
    let refused: Vec<_> = answers.iter().flat_map(|answer| answer.refusals("signUp")).collect();
    assert_eq!(refused, ["TAKEN input.handle"; 3]);
    assert_eq!(app.database.number("SELECT count(*) FROM profiles").await, 1);
    assert_eq!(app.database.number("SELECT count(*) FROM accounts").await, 1);
}

#[tokio::test]
async fn a_login_is_an_address_or_a_handle_in_any_case() {
    let app = TestApp::new().await;
    for (email, handle, logins) in [
        ("ada@sojorn.example", "Ada", ["ada", "ADA", "Ada@Sojorn.Example", " ada@sojorn.example "]),
        ("Ünal@sojorn.example", "unal", ["unal", "ünal@sojorn.example", "ÜNAL@SOJORN.EXAMPLE", "Ünal@sojorn.example"]),
        // A letter that has another lower case in PostgreSQL than in Rust.
        ("\u{130}rem@sojorn.example", "irem", ["irem", "IREM", "Irem", "\u{130}rem@sojorn.example"]),
    ] {
        let input = json!({ "email": email, "password": PASSWORD, "handle": handle });
        session_of(&app.session_mutation(None, "signUp", input).await, "signUp");
        for login in logins {
            let answer = app.sign_in(login, PASSWORD).await;
            session_of(&answer, "signIn");
            assert_eq!(answer.data("/signIn/session/viewer/email"), email, "{login}");
        }
    }
}

#[tokio::test]
async fn a_hash_of_an_earlier_database_is_replaced_when_it_is_next_used() {
    let app = TestApp::new().await;
    for (number, version) in ["$2a$", "$2b$", "$2y$"].into_iter().enumerate() {
        let person = app.person(&format!("person{number}")).await;
        let hash = old_hash().replacen("$2b$", version, 1);
        app.account(&person, &format!("{number}@sojorn.example"), &hash).await;
        let stored = format!("SELECT password_hash FROM accounts WHERE profile_id = '{}'", person.id);

        assert_eq!(app.sign_in(&person.handle, "wrong").await.refusals("signIn"), ["BAD_CREDENTIALS input.password"]);
        app.set_state(&person, "suspended").await;
        assert_eq!(app.sign_in(&person.handle, PASSWORD).await.refusals("signIn"), ["BAD_CREDENTIALS input.password"]);
        assert_eq!(app.database.text(&stored).await, hash);

        app.set_state(&person, "active").await;
        session_of(&app.sign_in(&person.handle, PASSWORD).await, "signIn");
        let upgraded = app.database.text(&stored).await;
        assert!(upgraded.starts_with("$argon2id$"), "{upgraded}");
        session_of(&app.sign_in(&person.handle, PASSWORD).await, "signIn");
        assert_eq!(app.database.text(&stored).await, upgraded);
        assert_eq!(app.sign_in(&person.handle, "wrong").await.refusals("signIn"), ["BAD_CREDENTIALS input.password"]);
    }
}

#[tokio::test]
async fn a_refused_sign_in_does_not_tell_why() {
    let app = TestApp::new().await;
    let new_hash = {
        app.sign_up("model").await;
        app.database.text("SELECT password_hash FROM accounts").await
    };
    for state in ["active", "suspended", "banned", "deactivated", "pending_deletion"] {
        let person = app.person(state).await;
        app.account(&person, &format!("{state}@sojorn.example"), &new_hash).await;
        app.set_state(&person, state).await;
    }
    let older = app.person("older").await;
    app.account(&older, "older@sojorn.example", &bcrypt::hash(PASSWORD, 10).unwrap()).await;
    app.person("imported").await;
    let broken = app.person("broken").await;
    app.account(&broken, "broken@sojorn.example", "not a hash").await;
    let before = app.database.fingerprint().await;

    let long = format!("{PASSWORD}{}", "x".repeat(257));
    let mut answers = Vec::new();
    for (login, password) in [
        ("nobody@sojorn.example", PASSWORD),
        ("nobody", PASSWORD),
        ("active", "a wrong password"),
        ("active@sojorn.example", "a wrong password"),
        ("active", ""),
        ("active", &long),
        ("active", "correct horse battery\0"),
        ("older", "a wrong password"),
        ("suspended", PASSWORD),
        ("banned@sojorn.example", PASSWORD),
        ("deactivated", PASSWORD),
        ("pending_deletion", PASSWORD),
        ("imported", PASSWORD),
        ("imported", ""),
        ("broken", PASSWORD),
        ("", PASSWORD),
        ("act\0ive", PASSWORD),
        (&long, PASSWORD),
    ] {
        let started = Instant::now();
        let answer = app.sign_in(login, password).await;
        let took = started.elapsed();
        let mut headers = answer.headers.clone();
        headers.remove("x-request-id");
        headers.remove("ratelimit");
        answers.push((login, answer.status, headers, answer.body, took));
    }
    let (_, status, headers, body, _) = &answers[0];
    assert!(body.contains("BAD_CREDENTIALS"), "{body}");
    for (login, other_status, other_headers, other_body, took) in &answers {
        assert_eq!((other_status, other_headers, other_body), (status, headers, body), "{login}");
        assert!(*took >= FLOOR, "{login} was refused after {took:?}");
    }
    // All of them wait for the same moment. Only a machine that is busy with other things makes one much later.
    let mut times: Vec<_> = answers.iter().map(|(.., took)| *took).collect();
    times.sort();
    assert!(times[times.len() / 2] < times[0] * 3, "{times:?}");
    assert_eq!(app.database.fingerprint().await, before);
}
