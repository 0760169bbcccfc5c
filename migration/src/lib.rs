//! The schema, one change per file. Every step is written so that it can also adopt a database that earlier tools
//! left: it creates what is missing, keeps every row and every value, and adds constraints as `NOT VALID` where old
//! rows may break them (new rows cannot).
//!
//! Steps never import `entity`: an old migration must not change when an entity does.

mod steps;

pub use sea_orm_migration::MigratorTrait;
use sea_orm_migration::prelude::*;

/// The list of steps, oldest first.
pub struct Migrator;

#[async_trait::async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        steps::all()
    }
}
