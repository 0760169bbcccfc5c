use std::error::Error;

use crate::{
    config::Sources,
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
