//! What can go wrong around the server, done to it for real: each test has a PostgreSQL of its own, which it stops, kills,
//! starves and disturbs.

mod harness;
