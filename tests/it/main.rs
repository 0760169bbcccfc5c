//! The integration tests: one binary, through the real router, on a real PostgreSQL with PostGIS. Each test has a
//! database of its own.

#![allow(clippy::format_collect, clippy::format_push_string, reason = "a test may build a text slowly")]
#![allow(clippy::unwrap_used, reason = "in a test, what is not there is a failure of the test")]
#![allow(clippy::disallowed_macros, reason = "a test that checks nothing says so")]
#![allow(clippy::disallowed_methods, reason = "tests read DATABASE_URL, and make ids of their own")]

mod support;

mod account_endings;
mod accounts;
mod adoption;
mod answers;
mod areas;
mod attack;
mod bad_input;
mod beacons;
mod blocks;
mod budgets;
mod cli;
mod concurrency;
mod coverage;
mod examples;
mod faults;
mod feeds;
mod follows;
mod fuzz;
mod gowalla;
mod hashtags;
mod house;
mod http;
mod import;
mod keys;
mod live;
mod map;
mod marks;
mod matrix;
mod migrations;
mod nodes;
mod notifications;
mod operations;
mod paging;
mod plans;
mod playground;
mod posts;
mod profiles;
mod rations;
mod repeats;
mod replies;
mod schema;
mod screens;
mod search;
mod seed;
mod sessions;
mod simulations;
mod smoke;
mod tiles;
mod tokens;
