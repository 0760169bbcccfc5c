//! The integration tests: one binary, through the real router, on a real PostgreSQL with PostGIS. Each test has a
//! database of its own.
#![allow(clippy::unwrap_used, reason = "in a test, what is not there is a failure of the test")]
#![allow(clippy::disallowed_methods, reason = "tests read DATABASE_URL, and make ids of their own")]

mod support;

mod answers;
mod coverage;
mod house;
mod matrix;
mod schema;
mod smoke;
