//! What operators put around the server, for real: a pooler before its database, a replica behind it, and what watches it.

mod metrics;
mod pooler;
mod replica;
mod slow;
pub mod traces;
