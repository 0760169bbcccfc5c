use std::error::Error;

use crate::{
    config::Sources,
    domain::{
        Clock,
        seed::demo::{self, PASSWORD},
    },
};

/// Puts the demo network.
pub async fn demo(sources: &Sources) -> Result<(), Box<dyn Error>> {
    let db = super::patient_db(sources).await?;
    let demo = demo::run(&db, &Clock::system()).await?;
    println!("The demo network is there: {} people, {} posts, {} beacons.", demo.people, demo.posts, demo.beacons);
    println!("It is around Minneapolis (44.9778, -93.2650). Sign in as:");
    for sign_in in demo.sign_ins {
        println!("  {} ({}), password {PASSWORD}", sign_in.handle, sign_in.email);
        println!("      {}", sign_in.about);
    }
    Ok(())
}
