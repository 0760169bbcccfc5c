//! Budgets: of requests by their cost, and of single things that a person or an address may do.

mod cost;
mod requests;
mod shared;
mod signing;
mod verbs;

use sojorn::{config::Config, graphql::Limits};

use crate::support::{Database, TestApp, USUAL_BUDGETS};

/// A server with the limits and budgets that are usual, but for this.
async fn server(change: impl FnOnce(&mut Config)) -> TestApp {
    let usual = |config: &mut Config| {
        config.limits = Limits::USUAL;
        config.domain.budgets = USUAL_BUDGETS;
        change(config);
    };
    TestApp::with(Database::new().await, usual).await
}
