//! Asking as a viewer, and judging what is said.

use std::collections::BTreeSet;

use axum::body::{Body, to_bytes};
use http::{HeaderMap, Request, StatusCode, header};
use serde_json::{Value, json};
use tower::ServiceExt;

use super::{
    marks::MARK,
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
        Question::Document(document, _) => Body::from(json!({ "query": document }).to_string()),
        Question::Tile(_) => Body::empty(),
    };
    let response = app.router.clone().oneshot(request.body(body).unwrap()).await.unwrap();
    let (mut parts, body) = response.into_parts();
    // What is left of the viewer's own budget, which each question makes less.
    parts.headers.remove("ratelimit");
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
    /// With the names of the asks.
    pub answers: Vec<(String, Value)>,
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

    fn answers<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Value> {
        self.answers.iter().filter(move |(other, _)| other == name).map(|(_, answer)| answer)
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
            let nodes = self.answers(name).next().and_then(|answer| answer.pointer(&format!("{at}/nodes")));
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
            self.answers("beacons Wide").next().map(|answer| answer["nodes"].as_array().cloned().unwrap_or_default());
        let found: BTreeSet<_> = nodes.iter().flatten().map(|node| marker(&node["body"])).collect();
        if found != beacons {
            return Err(format!("beacons are {found:?}, and not {beacons:?}"));
        }
        self.likes()?;
        self.answers("profile Wide").filter(|profile| !profile.is_null()).try_for_each(|profile| self.profile(profile))
    }

    /// That the lists and counts of a profile are what the viewer may know.
    fn profile(&self, profile: &Value) -> Result<(), String> {
        let Self { model, viewer, .. } = *self;
        let whose = model.people.iter().position(|person| profile["id"] == person.id.to_string());
        let whose = whose.ok_or_else(|| format!("whose is {profile}?"))?;
        let is_open = model.may_view(viewer, whose);
        let edges = |edge: &dyn Fn((usize, usize)) -> Option<usize>| {
            let accepted = model.follows.iter().filter(|(_, status)| **status == Some("accepted"));
            let people = accepted.filter_map(|(pair, _)| edge(*pair)).filter(|at| is_open && model.exists(viewer, *at));
            people.map(|at| model.people[at].id.to_string()).collect::<BTreeSet<_>>()
        };
        let followers = edges(&|(who, whom)| (whom == whose).then_some(who));
        let following = edges(&|(who, whom)| (who == whose).then_some(whom));
        for (list, count, expected) in
            [("followers", "followerCount", followers), ("following", "followingCount", following)]
        {
            let nodes = profile[list]["nodes"].as_array().map_or(&[][..], Vec::as_slice);
            let found: BTreeSet<_> =
                nodes.iter().map(|node| node["id"].as_str().unwrap_or_default().to_owned()).collect();
            let is_counted = profile[count] == json!(is_open.then_some(expected.len()));
            if found != expected || !is_counted || profile[list]["totalCount"] != expected.len() {
                return Err(format!(
                    "{list} of {whose} have to be {expected:?}, and are {found:?}, {}",
                    profile[count]
                ));
            }
        }
        let is_root = |at: &usize| model.posts[*at].beacon.is_none() && model.posts[*at].parent.is_none();
        let posts = (0..model.posts.len()).filter(is_root).filter(|at| model.posts[*at].author == Some(whose));
        let posts = posts.filter(|at| model.visible(viewer, *at)).count();
        if profile["postCount"] != json!(is_open.then_some(posts)) {
            return Err(format!("{whose} has {posts} posts, and not {}", profile["postCount"]));
        }
        Ok(())
    }

    fn likes(&self) -> Result<(), String> {
        let Self { model, viewer, .. } = *self;
        let feed = self.answers("globalFeed Wide").next();
        let nodes = feed.and_then(|feed| feed["nodes"].as_array()).cloned().unwrap_or_default();
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
