//! What an answer says by its length, its wording and the work behind it: an unknown account is not told from a known
//! one, nor a hidden thing from one that never was.
//!
//! Time is proved by what takes it: the statements that are sent and the processor that is used. A clock would measure
//! the machine's other work.

mod ids;
mod sign_in;
