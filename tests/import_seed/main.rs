//! `import` and `seed` on a real database.

mod database;
mod import;
mod seed;
