use std::error::Error;

use crate::{
    config::Sources,
    domain::{Failure, account::Sanction},
    store::{self, Db},
};

/// Prints an access token for a profile.
pub async fn token(sources: &Sources, handle: &str) -> Result<(), Box<dyn Error>> {
    match super::domain(sources).await?.operator_token(handle).await? {
        Some(token) => {
            println!("{token}");
            Ok(())
        }
        None => Err(format!("there is no active profile with the handle \"{handle}\"").into()),
    }
}

/// Suspends, bans or restores an account.
pub async fn sanction(sources: &Sources, handle: &str, sanction: Sanction) -> Result<(), Box<dyn Error>> {
    let is_done = super::domain(sources).await?.sanction(handle, sanction).await.map_err(|failure| match failure {
        Failure::Error(error) => error.to_string(),
        Failure::Refused(_) => "the account was not changed".to_owned(),
    })?;
    if !is_done {
        let state = if sanction == Sanction::Restore { "suspended or banned " } else { "" };
        return Err(format!("there is no {state}account with the handle \"{handle}\"").into());
    }
    let now = match sanction {
        Sanction::Suspend => "suspended",
        Sanction::Ban => "banned",
        Sanction::Restore => "active",
    };
    println!("{handle} is {now} now");
    Ok(())
}

/// Marks a profile as official, or takes the mark away.
pub async fn official(sources: &Sources, handle: &str, official: bool) -> Result<(), Box<dyn Error>> {
    let db = Db::connect(&sources.database()?).await?;
    if store::profile::set_official(&db, handle, official).await? {
        println!("{handle} is {}official now", if official { "" } else { "not " });
        Ok(())
    } else {
        Err(format!("there is no profile with the handle \"{handle}\"").into())
    }
}
