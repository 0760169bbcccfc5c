//! Puts the server together, and runs it until it is told to stop.

use std::sync::Arc;

use axum::Router;
use tokio::{net::TcpListener, signal};

use crate::{
    config::Config,
    domain::{Clock, Domain, Random},
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

    /// Serves until SIGTERM or Ctrl-C, then lets the requests that have begun finish.
    pub async fn serve(self, listener: TcpListener) -> std::io::Result<()> {
        axum::serve(listener, self.router).with_graceful_shutdown(stopped()).await
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
