//! `import` and `seed` on a real database.

#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_macros,
    reason = "tests read the environment, make ids of their own, and say so when they check nothing"
)]
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod database;
mod import;
mod seed;
