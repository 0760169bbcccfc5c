use std::error::Error;

use clap::Subcommand;

use crate::{config::Sources, store::migrate::Migrations};

/// Which way.
#[derive(Clone, Copy, Subcommand)]
pub enum Direction {
    /// Take every step that is missing, and report what an older database holds that could not be made safe.
    Up,
    /// Take the last steps back. What they added goes, with what is in it: columns, blocks, accounts.
    Down {
        /// How many.
        #[arg(default_value_t = 1)]
        steps: u32,
    },
    /// Show every step and whether it was taken.
    Status,
}

/// Migrates.
pub async fn run(sources: &Sources, direction: Direction, force: bool) -> Result<(), Box<dyn Error>> {
    let migrations = Migrations::connect(&sources.database()?, force).await?;
    match direction {
        Direction::Up => {
            let taken = migrations.up().await?;
            for step in &taken {
                println!("migrated {step}");
            }
            if taken.is_empty() {
                println!("the schema is up to date");
            }
            let findings = migrations.findings().await?;
            if !findings.is_empty() {
                println!("Rows that could not be made safe. They were kept as they are:");
            }
            for finding in findings {
                println!("  {} {}", finding.rows, finding.what);
            }
        }
        Direction::Down { steps } => {
            migrations.down(steps).await?;
            println!("took back {steps}");
        }
        Direction::Status => {
            for step in migrations.status().await? {
                println!("{} {}", if step.applied { "applied" } else { "missing" }, step.name);
            }
        }
    }
    Ok(())
}
