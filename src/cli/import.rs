use std::{error::Error, path::Path, time::Duration};

use indicatif::{HumanCount, ProgressBar, ProgressStyle};

use crate::{
    config::Sources,
    domain::import::{self, Progress, Table},
};

/// Imports the CSV files of a folder.
pub async fn run(sources: &Sources, folder: &Path) -> Result<(), Box<dyn Error>> {
    let db = super::patient_db(sources).await?;
    // Hidden when standard error is not a terminal.
    let bar = ProgressBar::new(0).with_style(ProgressStyle::with_template(
        "{msg:30} [{bar:40}] {binary_bytes:>11} of {binary_total_bytes} {elapsed}",
    )?);
    let written = ProgressStyle::with_template("{msg:30} {spinner} {elapsed}")?;
    let outcome = import::run(&db, folder, &mut |progress| match progress {
        Progress::Reading { file, done, of } => {
            bar.set_length(of);
            bar.set_position(done);
            bar.set_message(format!("reading {file}"));
        }
        Progress::Writing(table) => {
            bar.set_style(written.clone());
            bar.enable_steady_tick(Duration::from_millis(200));
            bar.set_message(format!("writing {}", name(table)));
        }
        Progress::Analyzing => bar.set_message("updating the planner's statistics"),
    })
    .await;
    bar.finish_and_clear();
    for count in outcome? {
        println!(
            "{:<9} {:>11} read {:>11} added {:>11} already there",
            name(count.table),
            HumanCount(count.read).to_string(),
            HumanCount(count.added).to_string(),
            HumanCount(count.read - count.added).to_string(),
        );
    }
    Ok(())
}

fn name(table: Table) -> &'static str {
    match table {
        Table::Profiles => "profiles",
        Table::Follows => "follows",
        Table::Posts => "posts",
        Table::Likes => "likes",
    }
}
