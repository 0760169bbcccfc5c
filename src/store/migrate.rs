//! Bringing the schema up to date: once, however many instances start together, and never in a maintenance database.

use migration::{Migrator, MigratorTrait};
use sea_orm::{
    FromQueryResult,
    sqlx::{self, ConnectOptions, Connection, PgConnection, postgres::PgConnectOptions},
};

use super::{Db, Executor, StoreError, adoption, db::Options, sql::Sql};

/// The databases that every PostgreSQL cluster has for its own purposes.
const MAINTENANCE: [&str; 3] = ["postgres", "template0", "template1"];

/// The lock of whoever is at work.
const WORK: &str = "hashtextextended('sojorn:migrating', 0)";

/// Why the schema was not brought up to date.
#[derive(Debug, thiserror::Error)]
pub enum MigrateError {
    /// The address names a database that is not for applications.
    #[error(
        "refusing to migrate the maintenance database \"{0}\": it belongs to PostgreSQL itself, and an application \
         that is pointed at it by mistake would fill it with tables. Name Sojorn's own database at the end of \
         DATABASE_URL, as in postgres://user@host:5432/sojorn, or pass --force if you are sure"
    )]
    Maintenance(String),
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The lock's own connection failed.
    #[error("the migration lock failed: {0}")]
    Lock(#[from] sqlx::Error),
}

/// A step and whether it was taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StepStatus {
    /// Its name.
    pub name: String,
    /// Whether the database has it.
    pub applied: bool,
}

/// A connection for migrations: alone, patient, and with the maintenance databases refused unless `force` is set.
pub struct Migrations {
    db: Db,
    url: String,
}

impl Migrations {
    /// Connects.
    pub async fn connect(options: &Options, force: bool) -> Result<Self, MigrateError> {
        let patient = Options {
            max_connections: 1,
            // Building an index takes as long as it takes; 0 means no limit.
            statement_timeout: std::time::Duration::ZERO,
            lock_timeout: std::time::Duration::ZERO,
            observer: None,
            ..options.direct()
        };
        let db = Db::connect(&patient).await?;
        let name = db.one::<Name>(Sql::new("SELECT current_database()::text AS name")).await?;
        let name = name.map(|row| row.name).unwrap_or_default();
        if MAINTENANCE.contains(&name.as_str()) && !force {
            return Err(MigrateError::Maintenance(name));
        }
        Ok(Self { db, url: patient.url })
    }

    /// Takes every step that is missing. Answers their names.
    pub async fn up(&self) -> Result<Vec<String>, MigrateError> {
        let lock = self.lock().await?;
        let missing = self.steps().await?.into_iter().filter(|step| !step.applied).map(|step| step.name).collect();
        Migrator::up(self.db.raw(), None).await.map_err(StoreError::from)?;
        self.unlock(lock).await?;
        Ok(missing)
    }

    /// Takes back the last `steps` steps.
    pub async fn down(&self, steps: u32) -> Result<(), MigrateError> {
        let lock = self.lock().await?;
        Migrator::down(self.db.raw(), Some(steps)).await.map_err(StoreError::from)?;
        self.unlock(lock).await?;
        Ok(())
    }

    /// Every step, and whether it was taken.
    pub async fn status(&self) -> Result<Vec<StepStatus>, MigrateError> {
        self.steps().await
    }

    /// What an adopted database holds that could not be made safe.
    pub async fn findings(&self) -> Result<Vec<adoption::Finding>, MigrateError> {
        Ok(adoption::findings(&self.db).await?)
    }

    async fn steps(&self) -> Result<Vec<StepStatus>, MigrateError> {
        let pending = Migrator::get_pending_migrations(self.db.raw()).await.map_err(StoreError::from)?;
        let pending: Vec<_> = pending.iter().map(|step| step.name().to_owned()).collect();
        let all = Migrator::migrations().into_iter().map(|step| step.name().to_owned());
        Ok(all.map(|name| StepStatus { applied: !pending.contains(&name), name }).collect())
    }

    /// SeaORM's migrator takes no lock, so instances that start together would run the same step. The lock is held by a
    /// connection of its own and goes with it, whatever happens. The connection that does the work holds another: of one
    /// whose process was killed, the database finishes the statement that it is at.
    async fn lock(&self) -> Result<PgConnection, MigrateError> {
        // To wait for the lock is no slow statement.
        let options = self.url.parse::<PgConnectOptions>()?.disable_statement_logging();
        let mut connection = PgConnection::connect_with(&options).await?;
        sqlx::query("SELECT pg_advisory_lock(hashtextextended('sojorn:migrate', 0))").execute(&mut connection).await?;
        self.db.run(&format!("SELECT pg_advisory_lock({WORK})")).await?;
        Ok(connection)
    }

    async fn unlock(&self, lock: PgConnection) -> Result<(), MigrateError> {
        self.db.run(&format!("SELECT pg_advisory_unlock({WORK})")).await?;
        Ok(lock.close().await?)
    }
}

#[derive(FromQueryResult)]
struct Name {
    name: String,
}
