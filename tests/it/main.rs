//! The integration tests: one binary, through the real router, on a real PostgreSQL with PostGIS. Each test has a
//! database of its own.

#![allow(clippy::unwrap_used)]

mod support;

mod accounts;
mod adoption;
mod bad_input;
mod budgets;
mod cli;
mod examples;
mod feeds;
mod gowalla;
mod http;
mod matrix;
mod migrations;
mod paging;
mod plans;
mod playground;
mod schema;
mod sessions;
mod smoke;
mod tokens;
