//! Puts the server together, and runs it until it is told to stop.

use std::{sync::Arc, time::Duration};

use axum::Router;
use tokio::{net::TcpListener, signal};

use crate::{
    config::Config,
    domain::{Clock, Domain, Random, account::Purged},
    graphql,
    http::{self, State},
    store::{Db, StoreError},
};

/// The server, ready to serve.
pub struct App {
    /// The product.
    pub domain: Arc<Domain>,
    /// All routes.
    pub router: Router,
}

impl App {
    /// Connects to the database and puts the server on it.
    pub async fn new(config: &Config, clock: Clock, random: Random) -> Result<Self, StoreError> {
        let db = Db::connect(&config.database).await?;
        let domain = Domain::new(db, clock, random, &config.domain);
        let schema = graphql::schema(config.introspection);
        let router = http::router(State { domain: Arc::clone(&domain), schema }, &config.http);
        Ok(Self { domain, router })
    }

    /// Serves until SIGTERM or Ctrl-C, then lets the requests that have begun finish. Meanwhile it removes accounts whose
    /// time to come back has passed.
    pub async fn serve(self, listener: TcpListener) -> std::io::Result<()> {
        let purges = tokio::spawn(purge_hourly(self.domain));
        let served = axum::serve(listener, self.router).with_graceful_shutdown(stopped()).await;
        // What it has begun is taken back, and begun again by the next one.
        purges.abort();
        served
    }
}

/// Removes those whose time to come back has passed, now and every hour. Only numbers are logged.
async fn purge_hourly(domain: Arc<Domain>) {
    let mut hours = tokio::time::interval(Duration::from_hours(1));
    hours.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        hours.tick().await;
        match domain.purge().await {
            Ok(Purged { removed: 0, failed: 0 }) => {}
            Ok(Purged { removed, failed }) => tracing::info!(removed, failed, "deleted accounts were removed"),
            Err(cause) => tracing::warn!(?cause, "deleted accounts could not be removed"),
        }
    }
}

async fn stopped() {
    let interrupted = async {
        // Without the handler, Ctrl-C ends the process the hard way, which is all that is lost.
        if signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    };
    #[cfg(unix)]
    let terminated = async {
        match signal::unix::signal(signal::unix::SignalKind::terminate()) {
            Ok(mut signal) => {
                signal.recv().await;
            }
            Err(_) => std::future::pending().await,
        }
    };
    #[cfg(not(unix))]
    let terminated = std::future::pending::<()>();
    tokio::select! {
        () = interrupted => {},
        () = terminated => {},
    }
    tracing::info!("stopping: requests that have begun are finished");
}
