//! The integration tests: one binary, through the real router, on a real PostgreSQL with PostGIS. Each test has a
//! database of its own.

#![allow(clippy::unwrap_used, reason = "in a test, what is not there is a failure of the test")]
#![allow(clippy::disallowed_macros, reason = "a test that checks nothing says so")]
#![allow(clippy::disallowed_methods, reason = "tests read DATABASE_URL, and make ids of their own")]

mod support;

mod accounts;
mod adoption;
mod answers;
mod bad_input;
mod budgets;
mod cli;
mod coverage;
mod examples;
mod feeds;
mod gowalla;
mod house;
mod http;
mod import;
mod matrix;
mod migrations;
mod paging;
mod plans;
mod playground;
mod schema;
mod seed;
mod sessions;
mod smoke;
mod tokens;
