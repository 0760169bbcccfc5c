//! Access tokens that are no good, in every way that we know: 401, and nothing happens.

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use chrono::TimeDelta;
use hmac::{Hmac, Mac};
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use serde_json::{Value, json};
use sha2::Sha256;
use uuid::Uuid;

use crate::support::{Answer, Database, Person, SECRET, TestApp, header_of, sign};

const WRITE: &str = r#"mutation { createPost(input: { body: "hello" }) { post { id } userErrors { code } } }"#;

fn write() -> String {
    json!({ "query": WRITE }).to_string()
}

#[track_caller]
fn assert_refused(answer: &Answer, what: &str) {
    assert_eq!(answer.status, 401, "{what}: {}", answer.body);
    assert_eq!(header_of(&answer.headers, "www-authenticate"), "Bearer", "{what}");
    assert_eq!(answer.code(), "UNAUTHENTICATED", "{what}");
    assert!(answer.json.get("data").is_none(), "{what}: {}", answer.body);
}

fn encoded(json: &str) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(json)
}

/// A token with any header and claims, signed by HMAC with SHA-256 whatever the header says.
fn forged(header: &str, claims: &Value, secret: &str) -> String {
    let signed = format!("{}.{}", encoded(header), encoded(&claims.to_string()));
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).unwrap();
    mac.update(signed.as_bytes());
    format!("{signed}.{}", BASE64_URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes()))
}

/// Good claims, with these changed; null takes one away.
fn claims(app: &TestApp, person: &Person, changes: &Value) -> Value {
    let now = app.now().timestamp();
    let mut claims = json!({ "sub": person.id, "iat": now, "exp": now + 900, "jti": Uuid::new_v4() });
    for (name, value) in changes.as_object().unwrap() {
        claims[name] = value.clone();
        if value.is_null() {
            claims.as_object_mut().unwrap().remove(name);
        }
    }
    claims
}

#[tokio::test]
async fn a_header_that_is_no_good_bearer_token_is_refused() {
    let app = TestApp::new().await;
    let ada = app.person("ada").await;
    let before = app.database.fingerprint().await;
    let token = &ada.token;
    let huge = "x".repeat(15_000);
    let basic = format!("Basic {}", base64::prelude::BASE64_STANDARD.encode("ada:password"));
    for header in [
        "",
        " ",
        "Bearer",
        "Bearer ",
        "Bearer  ",
        "Bearer x",
        "Bearer a.b.c",
        "Bearer ..",
        "Bearer null",
        "Bearer \u{e9}",
        &basic,
        &format!("Basic {token}"),
        &format!("Token {token}"),
        token,
        &format!("Bearer{token}"),
        &format!("Bearer: {token}"),
        &format!("Bearer Bearer {token}"),
        &format!("Bearer {token}, Bearer {token}"),
        &format!("Bearer {token}."),
        &format!("Bearer \"{token}\""),
        &format!("Bearer {huge}"),
    ] {
        assert_refused(&app.post_raw(&[("authorization", header)], write()).await, header);
    }
    let bearer = format!("Bearer {token}");
    for other in [bearer.as_str(), "", "Basic x"] {
        let twice = [("authorization", bearer.as_str()), ("authorization", other)];
        assert_refused(&app.post_raw(&twice, write()).await, "two headers");
    }
    // Also for what a signed-out viewer may ask for: a token that is wrong is never treated as signed out.
    let feed = json!({ "query": "{ globalFeed { nodes { id } } }" }).to_string();
    for accept in ["application/json", "application/graphql-response+json"] {
        let headers = [("authorization", "Bearer x"), ("accept", accept)];
        let answer = app.post_raw(&headers, feed.clone()).await;
        assert_refused(&answer, accept);
        assert!(header_of(&answer.headers, "content-type").starts_with(accept));
    }
    assert_eq!(app.database.fingerprint().await, before);

    for good in [bearer.clone(), format!("bearer {token}"), format!("BEARER  {token}")] {
        let answer = app.post_raw(&[("authorization", &good)], write()).await;
        assert!(answer.data("/createPost/post/id").is_string(), "{good}");
    }
}

#[tokio::test]
async fn a_token_that_we_did_not_sign_is_refused() {
    let app = TestApp::new().await;
    let ada = app.person("ada").await;
    let before = app.database.fingerprint().await;
    let good = claims(&app, &ada, &json!({}));
    let payload = encoded(&good.to_string());
    let hs256 = encoded(r#"{"typ":"JWT","alg":"HS256"}"#);
    let (signed, signature) = ada.token.rsplit_once('.').unwrap();
    let mut tokens = Vec::new();
    for algorithm in ["none", "None", "NONE", "nOnE", "", "null", "HS0"] {
        let header = format!(r#"{{"typ":"JWT","alg":"{algorithm}"}}"#);
        tokens.push(format!("{}.{payload}.", encoded(&header)));
        tokens.push(format!("{}.{payload}", encoded(&header)));
        tokens.push(format!("{}.{payload}.{signature}", encoded(&header)));
        tokens.push(forged(&header, &good, SECRET));
        tokens.push(forged(&header, &good, ""));
    }
    for header in [
        r#"{"typ":"JWT"}"#,
        r#"{"alg":null}"#,
        r#"{"alg":["HS256"]}"#,
        r#"{"alg":"hs256"}"#,
        r#"{"alg":"HS512"}"#,
        r#"{"alg":"HS384"}"#,
        r#"{"alg":"RS256"}"#,
        r#"{"alg":"ES256"}"#,
        r#"{"alg":"EdDSA"}"#,
        "{}",
        "[]",
        "x",
    ] {
        tokens.push(forged(header, &good, SECRET));
    }
    for algorithm in [Algorithm::HS384, Algorithm::HS512] {
        tokens.push(encode(&Header::new(algorithm), &good, &EncodingKey::from_secret(SECRET.as_bytes())).unwrap());
    }
    for secret in ["", "another secret, also of 32 characters or more", &SECRET[1..], &SECRET.to_uppercase()] {
        tokens.push(sign(&good, secret));
    }
    // Unsigned, signed by half, of another payload, with a bit turned.
    tokens.push(format!("{hs256}.{payload}."));
    tokens.push(format!("{hs256}.{payload}"));
    tokens.push(format!("{signed}.{}", &signature[..signature.len() / 2]));
    tokens.push(format!("{hs256}.{payload}.{signature}"));
    let mut bytes = BASE64_URL_SAFE_NO_PAD.decode(signature).unwrap();
    bytes[0] ^= 1;
    tokens.push(format!("{signed}.{}", BASE64_URL_SAFE_NO_PAD.encode(bytes)));
    for token in &tokens {
        let answer = app.ask_by_token(Some(token), WRITE, json!({})).await;
        assert_refused(&answer, token);
    }
    assert_eq!(app.database.fingerprint().await, before);
    // The forge works: what is right in all parts is taken.
    let right = forged(r#"{"alg":"HS256"}"#, &good, SECRET);
    assert!(app.is_signed_in(&right).await);
}

#[tokio::test]
async fn a_token_is_in_force_between_its_times_and_for_somebody() {
    let app = TestApp::new().await;
    let ada = app.person("ada").await;
    let eve = app.sign_up("eve").await;
    let sid = app.database.text("SELECT id FROM sessions").await;
    let now = app.now().timestamp();
    let before = app.database.fingerprint().await;
    for bad in [
        json!({ "exp": now }),
        json!({ "exp": now - 1 }),
        json!({ "exp": 0 }),
        json!({ "exp": -1 }),
        json!({ "exp": null }),
        json!({ "exp": "never" }),
        json!({ "exp": i64::MAX }),
        json!({ "exp": 1e300 }),
        json!({ "exp": now - 1, "iat": now - 901 }),
        json!({ "nbf": now + 61 }),
        json!({ "nbf": now + 600 }),
        json!({ "nbf": i64::MAX }),
        json!({ "nbf": "now" }),
        json!({ "iat": now + 61 }),
        json!({ "iat": now + 600 }),
        json!({ "iat": i64::MAX }),
        json!({ "iat": i64::MIN }),
        json!({ "iat": "now" }),
        json!({ "sub": null }),
        json!({ "sub": "" }),
        json!({ "sub": "ada" }),
        json!({ "sub": 1 }),
        json!({ "sub": format!("{}\0", ada.id) }),
        json!({ "sub": Uuid::nil() }),
        json!({ "sub": Uuid::new_v4() }),
        // A session that never was, and that of somebody else.
        json!({ "sid": Uuid::new_v4() }),
        json!({ "sid": sid }),
        json!({ "sid": "x" }),
    ] {
        let token = sign(&claims(&app, &ada, &bad), SECRET);
        assert_refused(&app.ask_by_token(Some(&token), WRITE, json!({})).await, &bad.to_string());
    }
    assert_eq!(app.database.fingerprint().await, before);
    for good in [
        json!({}),
        json!({ "exp": now + 1 }),
        // The clock of another instance may be a minute ahead.
        json!({ "nbf": now }),
        json!({ "nbf": now + 60 }),
        json!({ "iat": now + 60 }),
        json!({ "jti": null }),
        json!({ "role": "authenticated", "aud": "authenticated", "iss": "somewhere" }),
    ] {
        let token = sign(&claims(&app, &ada, &good), SECRET);
        assert!(app.is_signed_in(&token).await, "{good}");
    }
    assert!(app.is_signed_in(&eve.access).await);
}

#[tokio::test]
async fn a_token_of_the_earlier_backend_is_taken_until_its_owner_signs_out_everywhere() {
    let app = TestApp::new().await;
    app.sign_up("ada").await;
    let id = app.database.text("SELECT id FROM profiles").await;
    let legacy = sign(&json!({ "sub": id, "exp": app.now().timestamp() + 86_400, "role": "authenticated" }), SECRET);
    let answer = app.ask_by_token(Some(&legacy), "{ viewer { profile { id viewerIsOwner } } }", json!({})).await;
    assert_eq!(answer.data("/viewer/profile"), json!({ "id": id, "viewerIsOwner": true }));
    app.advance(TimeDelta::hours(12));
    assert!(app.is_signed_in(&legacy).await);

    let everywhere = "mutation { signOut(input: { everywhere: true }) { userErrors { code } } }";
    let answer = app.ask_by_token(Some(&legacy), everywhere, json!({})).await;
    assert_eq!(answer.data("/signOut/userErrors"), json!([]));
    let before = app.database.fingerprint().await;
    assert_refused(&app.ask_by_token(Some(&legacy), WRITE, json!({})).await, "signed out");
    // It does not say when it was issued, so it is refused for good.
    app.advance(TimeDelta::hours(1));
    assert_refused(&app.ask_by_token(Some(&legacy), WRITE, json!({})).await, "signed out");
    assert_eq!(app.database.fingerprint().await, before);
}

#[tokio::test]
async fn what_cannot_be_checked_is_not_let_in() {
    let app = TestApp::new().await;
    let ada = app.person("ada").await;
    assert!(app.is_signed_in(&ada.token).await);
    // The pool of the server points to a database that is gone.
    let away = Database::new().await;
    let app = {
        let gone = TestApp::on(away).await;
        gone.database.drop_now().await;
        gone
    };
    let token = app.token(ada.id);
    for accept in ["application/json", "application/graphql-response+json"] {
        for _ in 0..2 {
            let bearer = format!("Bearer {token}");
            let answer = app.post_raw(&[("authorization", &bearer), ("accept", accept)], write()).await;
            assert_eq!(answer.status, 503, "{}", answer.body);
            assert_eq!(answer.code(), "UNAVAILABLE");
            assert_ne!(header_of(&answer.headers, "retry-after"), "");
            assert!(answer.json.get("data").is_none());
        }
    }
    // A token that is no good in itself needs no database to be refused.
    assert_refused(&app.ask_by_token(Some("x"), WRITE, json!({})).await, "garbage");
    // Who is signed out learns that it is not his fault, and nothing about ours.
    let answer = app.ask(None, "{ globalFeed { nodes { id } } }").await;
    assert_eq!(answer.code(), "UNAVAILABLE", "{}", answer.body);
    assert!(!answer.body.contains("sojorn_test"), "{}", answer.body);
    assert_eq!(app.get("/health/live").await.status, 200);
    let ready = app.get("/health/ready").await;
    assert_eq!(ready.status, 503);
    assert_ne!(header_of(&ready.headers, "retry-after"), "");
}
