//! `import` and `seed` on a real database.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod database;
mod import;
mod seed;
