//! What is measured.

use serde_json::{Value, json};

use crate::world::World;

/// An operation, asked by many viewers.
pub struct Operation {
    pub name: &'static str,
    pub query: &'static str,
    /// Who asks, and with which variables.
    pub asked: Vec<(String, Value)>,
    /// The same, as HTTP requests.
    pub requests: Vec<Vec<u8>>,
    /// Words of the statement that does the work, among those that the operation sends.
    pub main_statement: &'static str,
}

const POST: &str = "id body imageUrl videoUrl durationMs visibility tags createdAt author { id handle displayName avatarUrl isOfficial }";

/// The operations.
pub fn all(world: &World) -> Vec<Operation> {
    let viewers = |n: usize| world.viewers.iter().cycle().take(n).cloned();
    let feed = |name: &str| -> &'static str {
        Box::leak(
            format!("{{ {name}(first: 20) {{ nodes {{ {POST} }} pageInfo {{ hasNextPage endCursor }} }} }}")
                .into_boxed_str(),
        )
    };
    let profile: &'static str = Box::leak(
        format!(
            "query ($handle: String!) {{ profile(by: {{ handle: $handle }}) {{
                id handle displayName bio avatarUrl isPrivate isOfficial viewerFollowStatus followsViewer
                followerCount followingCount postCount
                posts(first: 20) {{ nodes {{ {POST} }} pageInfo {{ hasNextPage endCursor }} }} }} }}"
        )
        .into_boxed_str(),
    );
    let nearby = "query ($at: GeoPointInput!) {
        beacons(area: { circle: { center: $at, radiusMeters: 5000 } }, first: 20) {
            edges { distanceMeters node { id type severity state body location { latitude longitude } confidence
                    createdAt expiresAt author { id handle displayName } } } pageInfo { hasNextPage endCursor } } }";
    let plain = |viewers: Vec<String>| viewers.into_iter().map(|viewer| (viewer, json!({}))).collect::<Vec<_>>();
    let with = |variables: Vec<Value>| viewers(variables.len()).zip(variables).collect::<Vec<_>>();
    let handles = world.handles.iter().map(|handle| json!({ "handle": handle })).collect();
    let places = world.places.iter().map(|(lat, lon)| json!({ "at": { "latitude": lat, "longitude": lon } })).collect();
    vec![
        Operation::new("home feed", feed("homeFeed"), plain(viewers(100).collect()), "head AS MATERIALIZED"),
        Operation::new("global feed", feed("globalFeed"), plain(viewers(100).collect()), "WITH visible"),
        Operation::new("profile page", profile, with(handles), "CROSS JOIN LATERAL"),
        Operation::new("nearby beacons", nearby, with(places), "WITH TIES"),
    ]
}

impl Operation {
    fn new(name: &'static str, query: &'static str, asked: Vec<(String, Value)>, main_statement: &'static str) -> Self {
        let requests = asked.iter().map(|(token, variables)| request(token, query, variables)).collect();
        Self { name, query, asked, requests, main_statement }
    }
}

fn request(token: &str, query: &str, variables: &Value) -> Vec<u8> {
    let body = json!({ "query": query, "variables": variables }).to_string();
    format!(
        "POST /graphql HTTP/1.1\r\nhost: bench\r\ncontent-type: application/json\r\nauthorization: Bearer {token}\r\n\
         content-length: {}\r\n\r\n{body}",
        body.len()
    )
    .into_bytes()
}
