//! The integration tests: one binary, through the real router, on a real PostgreSQL with PostGIS. Each test has a
//! database of its own.
#![allow(clippy::unwrap_used)]

mod support;

mod accounts;
mod adoption;
mod bad_input;
mod http;
mod migrations;
mod playground;
mod sessions;
mod smoke;
mod tokens;
