use async_graphql::{Enum, Union};

use super::{Hashtag, Post, Profile};
use crate::{
    domain::{
        page,
        search::{Found, Kind},
    },
    graphql::{
        ViewerContext,
        connection::{connection, page_info},
    },
};

/// What can be looked for.
#[derive(Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "Kind")]
pub enum SearchKind {
    /// People and organizations, by handle and display name.
    Profile,
    /// Posts and replies, by their words.
    Post,
    /// Hashtags, by their beginning.
    Hashtag,
}

/// Something that was found.
#[derive(Union)]
pub enum SearchResult {
    /// A profile.
    Profile(Profile),
    /// A post or a reply.
    Post(Box<Post>),
    /// A hashtag.
    Hashtag(Hashtag),
}

connection!(SearchConnection, SearchEdge of SearchResult, "what was found");

/// A page of what was found.
#[must_use]
pub fn search_page(vc: &ViewerContext, page: page::Connection<Found>) -> SearchConnection {
    let page_info = page_info(&page);
    let node = |found| match found {
        Found::Profile(row) => SearchResult::Profile(Profile::new(vc.clone(), row)),
        Found::Post(row) => SearchResult::Post(Box::new(Post::new(vc.clone(), *row))),
        Found::Hashtag(name) => SearchResult::Hashtag(Hashtag { vc: vc.clone(), name }),
    };
    let edge = |edge: page::Edge<_>| SearchEdge { cursor: edge.cursor, node: node(edge.node) };
    SearchConnection { edges: page.edges.into_iter().map(edge).collect(), page_info }
}
