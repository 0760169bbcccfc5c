use async_graphql::{Context, Object, Result, SimpleObject};
use chrono::{DateTime, Utc};

use crate::graphql::Charged;

#[derive(Default)]
pub struct RateLimitQuery;

/// What a request costs, and how the budget of whoever makes it stands.
#[derive(SimpleObject)]
pub struct RateLimit {
    /// What this request costs at most, as estimated before it is executed.
    cost: i32,
    /// What may be spent in a minute.
    limit: i32,
    /// What is left of that.
    remaining: i32,
    /// When it is full again.
    reset_at: DateTime<Utc>,
}

#[Object]
#[allow(clippy::unused_async, reason = "the macro wants it so")]
impl RateLimitQuery {
    /// What this request costs and what is left. In a dry run nothing is charged, and the other fields of the request are
    /// left out, as by `@skip(if: true)`.
    async fn rate_limit(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Whether to say only what the request would cost.", default_with = "Some(false)")]
        dry_run: Option<bool>,
    ) -> Result<RateLimit> {
        // What it does was done before the request was executed.
        let _ = dry_run;
        let charged = ctx.data::<Charged>()?;
        let number = |n: u64| i32::try_from(n).unwrap_or(i32::MAX);
        Ok(RateLimit {
            cost: number(charged.cost),
            limit: number(charged.standing.limit),
            remaining: number(charged.standing.remaining),
            reset_at: charged.standing.resets_at,
        })
    }
}
