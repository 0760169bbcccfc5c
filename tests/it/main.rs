//! The integration tests: one binary, through the real router, on a real PostgreSQL with PostGIS. Each test has a
//! database of its own.

mod support;

mod budgets;
mod feeds;
mod paging;
mod plans;
mod smoke;
