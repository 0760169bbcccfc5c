//! Requests as they come over the wire, and accounts as they come through the API.

use axum::body::Body;
use http::{HeaderValue, Request};
use serde_json::{Value, json};

use super::{Answer, Person, TestApp, privacy};

/// The password of every account of the tests.
pub const PASSWORD: &str = "correct horse battery";

/// The tokens of a session.
#[derive(Clone, Debug)]
pub struct Session {
    pub access: String,
    pub refresh: String,
}

/// All that a session payload says.
const SESSION: &str = "{ session { accessToken accessTokenExpiresAt refreshToken viewer { id email
    profile { id handle displayName viewerIsOwner } } } userErrors { code path message } }";

impl TestApp {
    /// `POST /graphql` with these headers besides `Content-Type: application/json`, unless that is among them.
    pub async fn post_raw(&self, headers: &[(&str, &str)], body: impl Into<Body>) -> Answer {
        let mut request = Request::post("/graphql");
        if !headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("content-type")) {
            request = request.header("content-type", "application/json");
        }
        for (name, value) in headers {
            request = request.header(*name, HeaderValue::from_bytes(value.as_bytes()).unwrap());
        }
        self.send(request.body(body.into()).unwrap()).await
    }

    /// `GET` of a path.
    pub async fn get(&self, path: &str) -> Answer {
        self.send(Request::get(path).body(Body::empty()).unwrap()).await
    }

    /// One of the mutations that answer a session, with this input, by a viewer with this access token.
    pub async fn session_mutation(&self, token: Option<&str>, field: &str, input: Value) -> Answer {
        let kind = format!("{}{}", field[..1].to_uppercase(), &field[1..]);
        let query = format!("mutation($input: {kind}Input!) {{ {field}(input: $input) {SESSION} }}");
        self.ask_by_token(token, &query, json!({ "input": input })).await
    }

    /// Signs up with this handle, [`PASSWORD`], and the handle's address at `sojorn.example`.
    pub async fn sign_up(&self, handle: &str) -> Session {
        let input = json!({ "email": format!("{handle}@sojorn.example"), "password": PASSWORD, "handle": handle });
        session_of(&self.session_mutation(None, "signUp", input).await, "signUp")
    }

    /// Signs in.
    pub async fn sign_in(&self, login: &str, password: &str) -> Answer {
        self.session_mutation(None, "signIn", json!({ "login": login, "password": password })).await
    }

    /// Spends a refresh token.
    pub async fn refresh(&self, token: &str) -> Answer {
        self.session_mutation(None, "refreshSession", json!({ "refreshToken": token })).await
    }

    /// Whether an access token is taken: 200 and a viewer. Anything but that and 401 fails.
    pub async fn is_signed_in(&self, access: &str) -> bool {
        let answer = self.ask_by_token(Some(access), "{ viewer { id } }", json!({})).await;
        if answer.status == 401 {
            assert_eq!(answer.code(), "UNAUTHENTICATED");
            return false;
        }
        assert!(answer.data("/viewer/id").is_string(), "{}", answer.body);
        true
    }

    /// Makes a profile private, as its owner would.
    pub async fn make_private(&self, person: &Person) {
        self.database.run(&format!("UPDATE profiles SET is_private = true WHERE id = '{}'", person.id)).await;
    }

    /// Gives a person an account with this address and stored hash.
    pub async fn account(&self, person: &Person, email: &str, hash: &str) {
        self.database
            .run(&format!(
                "INSERT INTO accounts (profile_id, email, password_hash) VALUES ('{}', '{email}', '{hash}')",
                person.id
            ))
            .await;
    }
}

/// The session in an answer that has to hold one.
#[track_caller]
pub fn session_of(answer: &Answer, field: &str) -> Session {
    assert_eq!(answer.data(&format!("/{field}/userErrors")), json!([]));
    let text = |name: &str| answer.data(&format!("/{field}/session/{name}")).as_str().unwrap().to_owned();
    privacy::secret(&text("refreshToken"));
    Session { access: text("accessToken"), refresh: text("refreshToken") }
}

/// A bcrypt hash of [`PASSWORD`], as cheap as they come.
pub fn old_hash() -> String {
    bcrypt::hash(PASSWORD, 4).unwrap()
}
