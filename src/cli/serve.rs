use std::error::Error;

use tokio::net::TcpListener;

use crate::{
    app::App,
    config::Sources,
    domain::{Clock, Random},
    store::migrate::Migrations,
};

/// Serves the API until the process is told to stop.
pub async fn run(sources: &Sources, migrate: bool) -> Result<(), Box<dyn Error>> {
    let mut config = sources.config()?;
    let traces = super::log::begin(&config)?;
    let migrations = Migrations::connect(&config.database, false).await?;
    if migrate {
        migrations.up().await?;
    } else if migrations.status().await?.iter().any(|step| !step.applied) {
        return Err("the database's schema is not up to date: run `sojorn migrate up`, or serve with --migrate".into());
    }
    drop(migrations);
    // Those for requests, as many to a replica, and those of its own.
    let to_database = 2 * config.database.max_connections as usize + 10;
    config.http.connections = config.http.connections.within_descriptors(to_database);
    let app = App::new(&config, Clock::system(), Random::system()).await?;
    let listener = TcpListener::bind(config.listen)
        .await
        .map_err(|error| format!("cannot listen on {}: {error}", config.listen))?;
    let address = listener.local_addr()?;
    super::write(&format!("GraphQL    http://{address}/graphql\n"))?;
    if config.http.playground {
        super::write(&format!("Playground http://{address}/\n"))?;
    }
    if config.http.map {
        super::write(&format!("Map        http://{address}/map\n"))?;
    }
    app.serve(listener).await?;
    if let Some(traces) = traces {
        traces.end().await;
    }
    Ok(())
}
