//! The command line: one file per command that does more than call.
#![allow(clippy::disallowed_macros, reason = "commands print")]

mod import;
mod log;
mod migrate;
mod operate;
mod seed;
mod serve;

use std::{error::Error, io::Write, path::PathBuf, process::ExitCode};

use crate::{
    config::Sources,
    domain::{Clock, Domain, Random, account::Sanction},
    graphql,
    store::{Db, migrate::Migrations},
};
use clap::{Parser, Subcommand, ValueEnum};

/// Sojorn's GraphQL server.
#[derive(Parser)]
#[command(name = "sojorn", version, about, long_about = None)]
struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Subcommand)]
enum Command {
    /// Serve the API (what is done when no command is given).
    Serve {
        /// Bring the database's schema up to date first. Instances that start together do it once.
        #[arg(long)]
        migrate: bool,
    },
    /// Bring the database's schema up to date, take steps back, or show them.
    Migrate {
        #[command(subcommand)]
        direction: migrate::Direction,
        /// Also in a database that belongs to PostgreSQL itself (postgres, template0, template1).
        #[arg(long, global = true)]
        force: bool,
    },
    /// Import people, follows, posts and likes from CSV files: all or nothing, and safe to run again.
    Import {
        /// The folder with profiles.csv, follows.csv, posts.csv and perhaps likes.csv, each as it is or with .gz.
        folder: PathBuf,
    },
    /// Put a network to look around in: a small one by hand, or a large synthetic one.
    Seed(seed::Numbers),
    /// Print the schema in the schema definition language.
    Schema,
    /// Print an access token for a profile, good for 15 minutes.
    Token {
        /// Whose.
        handle: String,
    },
    /// What operators do to profiles.
    #[command(subcommand)]
    Profile(ProfileCommand),
    /// What operators do about accounts.
    #[command(subcommand)]
    Account(AccountCommand),
    /// Remove everything of those who deleted their account and have not come back. The server does it every hour.
    Purge,
    /// Print every setting with its value, default, meaning, and where the value came from.
    Config,
}

#[derive(Subcommand)]
enum ProfileCommand {
    /// Mark a profile as official, or take the mark away.
    Official {
        /// Whose.
        handle: String,
        /// Whether it is.
        mark: Mark,
    },
}

#[derive(Subcommand)]
enum AccountCommand {
    /// Suspend an account: it and all that it has made exist for nobody, and its sessions are over.
    Suspend {
        /// Whose.
        handle: String,
    },
    /// Ban an account: as suspended, for good.
    Ban {
        /// Whose.
        handle: String,
    },
    /// Restore an account that is suspended or banned: all that it has made is back, unless its owner has deleted it.
    Restore {
        /// Whose.
        handle: String,
    },
}

#[derive(Clone, Copy, ValueEnum)]
enum Mark {
    /// It is official.
    On,
    /// It is not.
    Off,
}

/// Runs the command that the arguments name.
pub async fn main() -> ExitCode {
    let arguments = Arguments::parse();
    match run(arguments.command.unwrap_or(Command::Serve { migrate: false })).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("sojorn: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn run(command: Command) -> Result<(), Box<dyn Error>> {
    let sources = Sources::read()?;
    match command {
        Command::Serve { migrate } => serve::run(&sources, migrate).await,
        Command::Migrate { direction, force } => migrate::run(&sources, direction, force).await,
        Command::Import { folder } => import::run(&sources, &folder).await,
        Command::Seed(numbers) => seed::run(&sources, numbers).await,
        Command::Schema => Ok(write(&graphql::sdl())?),
        Command::Token { handle } => operate::token(&sources, &handle).await,
        Command::Profile(ProfileCommand::Official { handle, mark }) => {
            operate::official(&sources, &handle, matches!(mark, Mark::On)).await
        }
        Command::Account(AccountCommand::Suspend { handle }) => {
            operate::sanction(&sources, &handle, Sanction::Suspend).await
        }
        Command::Account(AccountCommand::Ban { handle }) => operate::sanction(&sources, &handle, Sanction::Ban).await,
        Command::Account(AccountCommand::Restore { handle }) => {
            operate::sanction(&sources, &handle, Sanction::Restore).await
        }
        Command::Purge => operate::purge(&sources).await,
        Command::Config => Ok(write(&sources.to_string())?),
    }
}

/// Writes to standard output. That somebody, like `head`, has read enough is no failure.
fn write(text: &str) -> std::io::Result<()> {
    match std::io::stdout().write_all(text.as_bytes()) {
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(()),
        other => other,
    }
}

/// The domain on the configured database, for a command.
async fn domain(sources: &Sources) -> Result<std::sync::Arc<Domain>, Box<dyn Error>> {
    let config = sources.config()?;
    let db = Db::connect(&config.database).await?;
    Ok(Domain::new(db.clone(), db, Clock::system(), Random::system(), &config.domain))
}

/// The configured database for a command that writes much: up to date, and patient.
async fn patient_db(sources: &Sources) -> Result<Db, Box<dyn Error>> {
    let options = sources.database()?;
    if Migrations::connect(&options, false).await?.status().await?.iter().any(|step| !step.applied) {
        return Err("the schema is not up to date: run `sojorn migrate up` first".into());
    }
    Ok(Db::connect(&options.patient()).await?)
}
