//! Made-up networks, to look around in and to measure with.

pub mod demo;
pub mod synthetic;
