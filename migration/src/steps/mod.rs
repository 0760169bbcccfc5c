//! One module per step: a name and two SQL scripts.

mod m20260201_000001_profiles;
mod m20260201_000002_follows;
mod m20260201_000003_posts;
mod m20260201_000004_blocks_and_circles;
mod m20260201_000005_accounts_and_sessions;
mod m20260201_000006_beacons;
mod m20260301_000007_marks;
mod m20260301_000008_own_lists;
mod m20260301_000009_keys;
mod m20260301_000010_hashtags;
mod m20260301_000011_notifications;
mod m20260301_000012_account_endings;
mod m20260301_000013_search;
mod m20260401_000014_votes;
mod m20260401_000015_mends;
mod m20260501_000016_events;
mod m20260501_000017_meridian;
mod m20260601_000018_idempotency;
mod m20260601_000019_budgets;

use sea_orm_migration::prelude::{ConnectionTrait, DbErr, MigrationName, MigrationTrait, SchemaManager, async_trait};

pub fn all() -> Vec<Box<dyn MigrationTrait>> {
    vec![
        Box::new(m20260201_000001_profiles::STEP),
        Box::new(m20260201_000002_follows::STEP),
        Box::new(m20260201_000003_posts::STEP),
        Box::new(m20260201_000004_blocks_and_circles::STEP),
        Box::new(m20260201_000005_accounts_and_sessions::STEP),
        Box::new(m20260201_000006_beacons::STEP),
        Box::new(m20260301_000007_marks::STEP),
        Box::new(m20260301_000008_own_lists::STEP),
        Box::new(m20260301_000009_keys::STEP),
        Box::new(m20260301_000010_hashtags::STEP),
        Box::new(m20260301_000011_notifications::STEP),
        Box::new(m20260301_000012_account_endings::STEP),
        Box::new(m20260301_000013_search::STEP),
        Box::new(m20260401_000014_votes::STEP),
        Box::new(m20260401_000015_mends::STEP),
        Box::new(m20260501_000016_events::STEP),
        Box::new(m20260501_000017_meridian::STEP),
        Box::new(m20260601_000018_idempotency::STEP),
        Box::new(m20260601_000019_budgets::STEP),
    ]
}

/// A change of the schema: the script that makes it and the one that takes it back.
pub struct Step {
    name: &'static str,
    up: &'static str,
    down: &'static str,
}

impl MigrationName for Step {
    fn name(&self) -> &str {
        self.name
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Step {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.get_connection().execute_unprepared(self.up).await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.get_connection().execute_unprepared(self.down).await?;
        Ok(())
    }
}
