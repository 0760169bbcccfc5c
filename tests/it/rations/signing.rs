//! Signing in and up.

use std::time::{Duration, Instant};

use chrono::TimeDelta;
use futures_util::future::join_all;
use http::StatusCode;
use serde_json::json;
use sojorn::domain::budget::folded;

use super::server;
use crate::support::{Answer, Database, PASSWORD, TestApp, header_of};

fn is_limited(answer: &Answer) -> bool {
    let is = answer.codes() == ["RATE_LIMITED"];
    assert_eq!(is, answer.status == StatusCode::TOO_MANY_REQUESTS, "{}", answer.body);
    is
}

#[tokio::test]
async fn a_login_is_tried_five_times_a_minute_and_twenty_five_an_hour() {
    let app = server(|config| config.domain.budgets.sign_ins_from = 1_000).await;
    app.sign_up("ada").await;
    for minute in 0..6 {
        for attempt in 0..6 {
            // Known or not, right or wrong: it is the same.
            for (login, password) in
                [("ada", "a wrong password"), ("nobody", PASSWORD), ("Ada@Sojorn.Example ", PASSWORD)]
            {
                let answer = app.sign_in(login, password).await;
                assert_eq!(is_limited(&answer), attempt == 5 || minute == 5, "{login} {minute} {attempt}");
            }
        }
        app.advance(TimeDelta::minutes(1));
    }
    app.advance(TimeDelta::minutes(54));
    assert!(!is_limited(&app.sign_in("ada", PASSWORD).await));
}

/// However it is written, with letters that the database makes lower in another way than others do.
#[tokio::test]
async fn spellings_of_a_login_do_not_multiply_attempts() {
    let app = server(|_| ()).await;
    app.sign_up("irem").await;
    let spellings = ["irem", "IREM", "\u{130}rem", " Irem ", "iReM", "\u{130}REM"];
    for (attempt, spelling) in spellings.into_iter().enumerate() {
        assert_eq!(is_limited(&app.sign_in(spelling, "a wrong password").await), attempt == 5, "{spelling}");
    }
    for spelling in spellings {
        app.advance(TimeDelta::minutes(1));
        assert_eq!(app.sign_in(spelling, PASSWORD).await.data("/signIn/userErrors"), json!([]), "{spelling}");
    }
}

#[tokio::test]
async fn letters_that_are_one_to_the_database_are_one_to_the_budgets() {
    let database = Database::new().await;
    // All letters there are, but the numbers of surrogates.
    let letters = "SELECT string_agg(chr(c) || chr(1) || lower(chr(c)), ' ') FROM generate_series(33, 1114111) AS c
                   WHERE c NOT BETWEEN 55296 AND 57343 AND lower(chr(c)) <> chr(c)";
    let letters = database.text(letters).await;
    assert!(letters.contains("A\u{1}a"));
    for pair in letters.split(' ') {
        let (upper, lower) = pair.split_once('\u{1}').unwrap();
        assert_eq!(folded(upper), folded(lower), "{pair}");
    }
}

#[tokio::test]
async fn aliases_and_batches_do_not_multiply_attempts() {
    let app = server(|config| config.http.graphql.max_batch = 10).await;
    app.sign_up("ada").await;
    let fields: String = (0..10)
        .map(|n| {
            format!(r#"a{n}: signIn(input: {{ login: "ada", password: "guess {n}" }}) {{ userErrors {{ code }} }} "#)
        })
        .collect();
    let answer = app.ask(None, &format!("mutation {{ {fields} }}")).await;
    assert_eq!(answer.codes(), ["RATE_LIMITED"]);
    assert_eq!(answer.json["errors"][0]["path"], json!(["a5"]));
    assert_eq!(answer.json["errors"][0]["extensions"]["retryAfterMs"], 60_000);
    let guess = json!({ "query": r#"mutation { signIn(input: { login: "ben", password: "guess" }) { userErrors { code } } }"# });
    let answer = app.post_raw(&[], json!([guess, guess, guess, guess, guess, guess]).to_string()).await;
    let refused = |n: usize| answer.json[n]["errors"][0]["extensions"]["code"] == "RATE_LIMITED";
    assert_eq!([refused(4), refused(5)], [false, true], "{}", answer.body);
}

#[tokio::test]
async fn an_address_signs_in_so_often_and_makes_so_many_accounts() {
    let app = server(|config| config.domain.budgets.sign_ins_from = 3).await;
    let tries: Vec<_> = join_all((0..5).map(|n| {
        let (app, login) = (&app, format!("somebody{n}"));
        async move { is_limited(&app.sign_in(&login, PASSWORD).await) }
    }))
    .await;
    assert_eq!(tries.iter().filter(|is_limited| **is_limited).count(), 2);
    for n in 0..6 {
        let input =
            json!({ "email": format!("{n}@sojorn.example"), "password": PASSWORD, "handle": format!("new{n}") });
        let answer = app.session_mutation(None, "signUp", input).await;
        assert_eq!(is_limited(&answer), n == 5, "{}", answer.body);
        if n == 5 {
            assert_eq!(header_of(&answer.headers, "retry-after"), "1800");
        }
    }
    assert_eq!(app.database.number("SELECT count(*) FROM accounts").await, 5);
}

#[tokio::test]
async fn a_password_that_has_to_be_confirmed_cannot_be_guessed_either() {
    let app = server(|_| ()).await;
    let ada = app.sign_up("ada").await;
    let input = json!({ "currentPassword": "a wrong password", "newPassword": "another password" });
    for attempt in 0..7 {
        let answer = app.session_mutation(Some(&ada.access), "changePassword", input.clone()).await;
        assert_eq!(is_limited(&answer), attempt >= 5, "{}", answer.body);
    }
}

/// A flood of passwords holds up those who send them, and nobody else.
#[tokio::test(flavor = "multi_thread")]
async fn a_flood_of_passwords_is_sent_away_and_others_are_served() {
    let app = TestApp::with(Database::new().await, |config| {
        config.domain.password_workers = 1;
        config.domain.password_queue = 25;
    })
    .await;
    let flood = join_all((0..40).map(|n| {
        let (app, login) = (&app, format!("somebody{n}"));
        async move { app.sign_in(&login, PASSWORD).await }
    }));
    let began = Instant::now();
    let flood = async { (flood.await, began.elapsed()) };
    let others = async {
        for _ in 0..20 {
            app.ask(None, "{ globalFeed { nodes { id } } }").await.data("/globalFeed");
        }
        began.elapsed()
    };
    let ((answers, flooded), served) = tokio::join!(flood, others);
    // While passwords are hashed, and not behind that. (Each refusal takes half a second.)
    assert!(served + Duration::from_millis(500) < flooded, "others took {served:?} of {flooded:?}");
    let away: Vec<_> = answers.iter().filter(|answer| answer.codes() == ["UNAVAILABLE"]).collect();
    assert!((4..=14).contains(&away.len()), "{} were sent away", away.len());
    assert!(away.iter().all(|answer| answer.status == 503 && header_of(&answer.headers, "retry-after") == "1"));
    let refused = answers.len() - away.len();
    assert_eq!(answers.iter().filter(|answer| answer.status == 200).count(), refused);
}
