//! The root fields that read, one file per area.

mod account;
mod beacon;
mod feed;
mod hashtag;
mod node;
mod post;
mod profile;
mod rate_limit;
mod search;

use async_graphql::MergedObject;

/// What can be asked for.
#[derive(MergedObject, Default)]
pub struct Query(
    node::NodeQuery,
    profile::ProfileQuery,
    post::PostQuery,
    feed::FeedQuery,
    hashtag::HashtagQuery,
    search::SearchQuery,
    beacon::BeaconQuery,
    account::AccountQuery,
    rate_limit::RateLimitQuery,
);
