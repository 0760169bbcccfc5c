//! Asking as a viewer, and judging what is said.

use std::collections::{BTreeMap, BTreeSet};

use axum::body::{Body, to_bytes};
use http::{HeaderMap, Request, StatusCode, header};
use serde_json::Value;
use tower::ServiceExt;

use super::{
    dice::MARK,
    model::{Model, Viewer},
    scan::Scan,
    secrets::Secret,
    walker::{Ask, WIDE},
};
use crate::support::TestApp;

/// A question: a document with what is asked in it, or the address of a tile.
#[derive(Clone, Debug)]
pub enum Question {
    Document(String, Vec<Ask>),
    Tile(&'static str),
}

/// All that came back for a question, byte by byte.
#[derive(Clone, Debug, PartialEq)]
pub struct Reply {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
    pub json: Value,
}

/// Asks with a token, or signed out.
pub async fn ask(app: &TestApp, token: Option<&str>, question: &Question) -> Reply {
    let mut request = match question {
        Question::Document(..) => Request::post("/graphql").header(header::CONTENT_TYPE, "application/json"),
        Question::Tile(path) => Request::get(*path),
    };
    // Ids of requests differ otherwise.
    request = request.header("x-request-id", "attack");
    if let Some(token) = token {
        request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
    }
    let body = match question {
        Question::Document(document, _) => Body::from(serde_json::json!({ "query": document }).to_string()),
        Question::Tile(_) => Body::empty(),
    };
    let response = app.router.clone().oneshot(request.body(body).unwrap()).await.unwrap();
    let (parts, body) = response.into_parts();
    let body = to_bytes(body, usize::MAX).await.unwrap().to_vec();
    let json = serde_json::from_slice(&body).unwrap_or(Value::Null);
    Reply { status: parts.status, headers: parts.headers, body, json }
}

impl Reply {
    /// That nothing in it, headers included, is kept from whose secrets these are.
    pub fn keeps(&self, scan: &mut Scan<'_>) -> Result<(), String> {
        for (name, value) in &self.headers {
            scan.read(name.as_str().as_bytes())?;
            scan.read(value.as_bytes())?;
        }
        scan.read(&self.body)?;
        scan.read_json(&self.json)
    }
}

/// What a viewer was told in a world.
pub struct Heard<'a> {
    pub model: &'a Model,
    pub viewer: Viewer,
    /// By the name of the ask.
    pub answers: BTreeMap<String, Value>,
}

impl Heard<'_> {
    /// That whatever the viewer asked was answered as it has to be.
    pub fn judge(&self, questions: &[(Question, Reply)], secrets: &[Secret]) -> Result<(), String> {
        let mut scan = Scan::new(secrets);
        for (question, reply) in questions {
            reply.keeps(&mut scan).map_err(|fault| format!("{fault}: {question:.300?}\n{}", excerpt(reply)))?;
            self.has_no_fault(question, reply)?;
        }
        if let Some(missing) = scan.missing() {
            return Err(missing);
        }
        self.lists()
    }

    /// That no error came back but that of who is signed out, and of who has no handle.
    fn has_no_fault(&self, question: &Question, reply: &Reply) -> Result<(), String> {
        let is_again =
            matches!(question, Question::Document(_, asks) if asks.iter().any(|ask| ask.name.ends_with("again")));
        let is_nobody = self.viewer.is_none_or(|me| self.model.people[me].handle.is_none());
        let is_expected = |error: &Value| match error["extensions"]["code"].as_str() {
            Some("UNAUTHENTICATED") => is_nobody,
            // Of a list that is somebody else's.
            Some("BAD_CURSOR") => is_again,
            _ => false,
        };
        let errors = reply.json["errors"].as_array().map_or(&[][..], Vec::as_slice);
        if reply.status.is_success() && errors.iter().all(is_expected) {
            return Ok(());
        }
        Err(format!("{} {errors:?}: {question:.600?}", reply.status))
    }

    /// That lists hold what they have to, in their order, and that likes are counted right.
    fn lists(&self) -> Result<(), String> {
        let Self { model, viewer, .. } = *self;
        let feed = |is_in: &dyn Fn(usize) -> bool| {
            let is_hidden = |at: usize| viewer.is_some_and(|me| model.hides.contains(&(me, at)));
            let is_root = |at: usize| model.posts[at].beacon.is_none() && model.posts[at].parent.is_none();
            let posts = (0..model.posts.len()).filter(|at| is_root(*at) && !is_hidden(*at) && is_in(*at));
            let mut posts: Vec<_> = posts.filter(|at| model.visible(viewer, *at)).collect();
            posts.sort_by_key(|at| std::cmp::Reverse(model.posts[*at].created_at));
            posts.into_iter().map(|at| model.posts[at].marker.clone()).collect::<Vec<_>>()
        };
        let is_theirs =
            |at: usize| model.is_author(viewer, at) || model.posts[at].author.is_some_and(|a| model.follows(viewer, a));
        let mut expected = vec![
            ("globalFeed Wide", "", "body", feed(&|_| true)),
            ("quipFeed Wide", "", "body", feed(&|at| model.posts[at].has_video)),
        ];
        if let Some(me) = viewer {
            expected.push(("homeFeed Wide", "", "body", feed(&is_theirs)));
            if model.people[me].handle.is_some() {
                let cards = |pairs: &BTreeSet<(usize, usize)>, exists: &dyn Fn(usize) -> bool| {
                    let others = pairs.iter().filter(|(whose, other)| *whose == me && exists(*other));
                    others.map(|(_, other)| model.people[*other].card.clone()).collect::<Vec<_>>()
                };
                let blocked = cards(&model.blocks, &|other| model.exists(None, other));
                expected.push(("viewer Wide", "/blockedProfiles", "displayName", blocked));
                let circle = cards(&model.circles, &|other| model.exists(viewer, other));
                expected.push(("viewer Wide", "/circle", "displayName", circle));
            }
        }
        for (name, at, field, mut expected) in expected {
            let nodes = self.answers.get(name).and_then(|answer| answer.pointer(&format!("{at}/nodes")));
            let nodes = nodes.and_then(Value::as_array).ok_or_else(|| format!("{name}{at} has no nodes"))?;
            let mut found: Vec<_> = nodes.iter().map(|node| marker(&node[field])).collect();
            if !at.is_empty() {
                found.sort();
                expected.sort();
            }
            expected.truncate(WIDE);
            if found != expected {
                return Err(format!("{name}{at} holds {found:?}, and not {expected:?}"));
            }
        }
        let beacons: BTreeSet<_> = (0..model.posts.len())
            .filter(|at| model.posts[*at].beacon.as_ref().is_some_and(|beacon| !beacon.is_resolved))
            .filter(|at| model.visible(viewer, *at))
            .map(|at| model.posts[at].marker.clone())
            .collect();
        let nodes =
            self.answers.get("beacons Wide").map(|answer| answer["nodes"].as_array().cloned().unwrap_or_default());
        let found: BTreeSet<_> = nodes.iter().flatten().map(|node| marker(&node["body"])).collect();
        if found != beacons {
            return Err(format!("beacons are {found:?}, and not {beacons:?}"));
        }
        self.likes()
    }

    fn likes(&self) -> Result<(), String> {
        let Self { model, viewer, .. } = *self;
        let nodes = self.answers["globalFeed Wide"]["nodes"].as_array().cloned().unwrap_or_default();
        for node in nodes {
            let marker = marker(&node["body"]);
            let at = model.posts.iter().position(|post| post.marker == marker).unwrap_or(usize::MAX);
            let likes = model.likes.iter().filter(|(who, post)| {
                *post == at && model.people[*who].is_active() && !model.is_block_between(viewer, *who)
            });
            let expected = likes.count();
            if node["likeCount"] != expected {
                return Err(format!("post {at} says {} likes, and not {expected}", node["likeCount"]));
            }
        }
        Ok(())
    }
}

/// The marker in a text.
fn marker(text: &Value) -> String {
    let text = text.as_str().unwrap_or_default();
    text.find(MARK).and_then(|at| text.get(at..at + MARK.len() + 12)).unwrap_or_default().to_owned()
}

fn excerpt(reply: &Reply) -> String {
    String::from_utf8_lossy(&reply.body).chars().take(1_500).collect()
}
