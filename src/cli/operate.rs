use std::error::Error;

use crate::{
    config::Sources,
    domain::{
        Failure,
        account::{Sanction, Sanctioned},
    },
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
    let outcome = super::domain(sources).await?.sanction(handle, sanction).await.map_err(|failure| match failure {
        Failure::Error(error) => error.to_string(),
        Failure::Refused(_) => "the account was not changed".to_owned(),
    })?;
    match outcome {
        Sanctioned::Done(state)
            if sanction != Sanction::Restore && !matches!(state.as_str(), "suspended" | "banned") =>
        {
            println!("{handle} is {state} already, which hides the account as well; nothing was changed");
        }
        Sanctioned::Done(state) if state == "pending_deletion" => {
            println!("{handle} waits for its deletion again, which its owner has asked for");
        }
        Sanctioned::Done(state) => println!("{handle} is {state} now"),
        Sanctioned::NoAccount => {
            let state = if sanction == Sanction::Restore { "suspended or banned " } else { "" };
            return Err(format!("there is no {state}account with the handle \"{handle}\"").into());
        }
        Sanctioned::Ambiguous(handles) => {
            let handles = handles.join("\", \"");
            return Err(format!("the handle may mean several accounts, write it as one of them: \"{handles}\"").into());
        }
    }
    Ok(())
}

/// Removes everything of those whose time to come back has passed.
pub async fn purge(sources: &Sources) -> Result<(), Box<dyn Error>> {
    super::log::begin(&sources.config()?)?;
    let purged = super::domain(sources).await?.purge().await?;
    println!("accounts removed: {}", purged.removed);
    if purged.failed > 0 {
        return Err(format!("accounts that could not be removed, for the reasons above: {}", purged.failed).into());
    }
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
