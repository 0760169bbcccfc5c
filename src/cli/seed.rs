use std::{error::Error, time::Instant};

use indicatif::{HumanCount, ProgressBar, ProgressStyle};

use crate::{
    config::Sources,
    domain::{
        Clock,
        seed::{
            demo::{self, PASSWORD},
            synthetic::{self, Size},
        },
    },
};

/// How large a synthetic network is to be. Without a number it is the demo network that is made.
#[derive(clap::Args)]
pub struct Numbers {
    /// People of a synthetic network.
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..=50_000_000))]
    profiles: Option<u32>,
    /// Posts and replies of theirs.
    #[arg(long, requires = "profiles", default_value_t = 0, value_parser = clap::value_parser!(u32).range(..=1_000_000_000))]
    posts: u32,
    /// Beacons around a dozen cities.
    #[arg(long, requires = "profiles", default_value_t = 0, value_parser = clap::value_parser!(u32).range(..=1_000_000_000))]
    beacons: u32,
}

/// Makes a network.
pub async fn run(sources: &Sources, numbers: Numbers) -> Result<(), Box<dyn Error>> {
    match numbers {
        Numbers { profiles: None, .. } => demo(sources).await,
        Numbers { profiles: Some(profiles), posts, beacons } => {
            synthetic(sources, Size { profiles, posts, beacons }).await
        }
    }
}

async fn demo(sources: &Sources) -> Result<(), Box<dyn Error>> {
    let db = super::patient_db(sources).await?;
    let demo = demo::run(&db, &Clock::system()).await?;
    println!(
        "The demo network is there: {} people, {} posts, {} beacons, {} likes, {} reactions.",
        demo.people, demo.posts, demo.beacons, demo.likes, demo.reactions
    );
    println!("It is around Minneapolis (44.9778, -93.2650). Sign in as:");
    for sign_in in demo.sign_ins {
        println!("  {} ({}), password {PASSWORD}", sign_in.handle, sign_in.email);
        println!("      {}", sign_in.about);
    }
    Ok(())
}

async fn synthetic(sources: &Sources, size: Size) -> Result<(), Box<dyn Error>> {
    let db = super::patient_db(sources).await?;
    let begun = Instant::now();
    let style = ProgressStyle::with_template("{msg:12} [{bar:40}] {human_pos:>11} {elapsed}")?;
    // Hidden when standard error is not a terminal; then each step is a line.
    let bar = ProgressBar::new(0).with_style(style);
    let mut step = "";
    let outcome = synthetic::run(&db, &Clock::system(), size, &mut |name, done, of| {
        if bar.is_hidden() && step != name {
            eprintln!("{:>4} s  {name}", begun.elapsed().as_secs());
        }
        step = name;
        bar.set_message(name);
        bar.set_length(of.unwrap_or(done));
        bar.set_position(done);
    })
    .await;
    bar.finish_and_clear();
    let made = outcome?;
    println!(
        "Made {} profiles, {} follows, {} posts, {} beacons, {} likes and {} reactions in {:.1} s. Worth a look:",
        HumanCount(size.profiles.into()),
        HumanCount(made.follows),
        HumanCount(made.posts),
        HumanCount(made.beacons),
        HumanCount(made.likes),
        HumanCount(made.reactions),
        begun.elapsed().as_secs_f64(),
    );
    for example in made.examples {
        println!("  {} {}", example.handle, example.about);
    }
    Ok(())
}
