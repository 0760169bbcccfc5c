//! Made-up networks: a small one by hand, put row by row, and large ones, copied.

pub mod demo;
pub mod synthetic;
