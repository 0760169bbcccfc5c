//! The integration tests: one binary, through the real router, on a real PostgreSQL with PostGIS. Each test has a
//! database of its own.

mod support;

mod areas;
mod beacons;
mod budgets;
mod concurrency;
mod feeds;
mod follows;
mod nodes;
mod paging;
mod plans;
mod posts;
mod profiles;
mod smoke;
