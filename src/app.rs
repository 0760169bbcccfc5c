//! Puts the server together, and runs it until it is told to stop.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use axum::Router;
use tokio::{
    net::TcpListener,
    signal,
    task::JoinSet,
    time::{MissedTickBehavior, interval},
};

use crate::{
    config::Config,
    domain::{Clock, Domain, Random, account::Purged},
    graphql::Api,
    http::{self, ConnectionOptions, Live, State},
    live::{Broker, BrokerError},
    store::{self, Db, StoreError, replica::Replica},
};

/// How long a server that stops still tells those who ask to go elsewhere: less than they wait before they come back
/// (`Retry-After`), so that nobody comes when it closes.
const NOTICE: Duration = Duration::from_millis(500);
/// How long those who are connected have to leave.
const FAREWELL: Duration = Duration::from_secs(5);

/// The server, ready to serve.
pub struct App {
    /// The product.
    pub domain: Arc<Domain>,
    /// All routes.
    pub router: Router,
    connections: ConnectionOptions,
    broker: Broker,
    metrics_listen: Option<SocketAddr>,
    replica: Option<(Replica, Db)>,
}

/// Why the server cannot start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The database.
    #[error(transparent)]
    Database(#[from] StoreError),
    /// NATS.
    #[error(transparent)]
    Broker(#[from] BrokerError),
}

impl App {
    /// Connects to the database and puts the server on it.
    pub async fn new(config: &Config, clock: Clock, random: Random) -> Result<Self, StartError> {
        let db = Db::connect(&config.database).await?;
        let broker = match &config.nats_url {
            Some(url) => Broker::nats(url).await?,
            None => Broker::Postgres(config.database.direct().url),
        };
        let own = db
            .another(&store::db::Options {
                max_connections: 2 + u32::from(config.replica.is_some()),
                ..config.database.clone()
            })
            .await?;
        let replica = match &config.replica {
            Some(options) => Some(Replica::connect(options, &db).await?),
            None => None,
        };
        let db = db.with_replica(replica.clone());
        let replica = replica.map(|replica| (replica, own.clone()));
        let domain = Domain::new(db, own, clock, random, &config.domain);
        let api = Arc::new(Api::new(config.introspection, config.limits, &config.documents, config.slow));
        let live = Live::new(config.http.live);
        let state = State {
            domain: Arc::clone(&domain),
            api,
            options: config.http.graphql,
            live,
            health: http::Health::default(),
        };
        let router = http::router(state, &config.http);
        Ok(Self {
            domain,
            router,
            connections: config.http.connections.clone(),
            broker,
            metrics_listen: config.metrics_listen,
            replica,
        })
    }

    /// Serves until SIGTERM or Ctrl-C. Then the requests that have begun are finished, and those who are connected are
    /// told to come back to another server.
    pub async fn serve(self, listener: TcpListener) -> std::io::Result<()> {
        self.serve_until(listener, stopped()).await
    }

    /// As [`Self::serve`], until something else says so.
    pub async fn serve_until(
        self,
        listener: TcpListener,
        stopped: impl Future<Output = ()> + Send + 'static,
    ) -> std::io::Result<()> {
        // Dropped at the end: what they have begun is taken back, and begun again by the next server.
        let mut background = self.background();
        if let Some(address) = self.metrics_listen {
            let listener = TcpListener::bind(address).await?;
            let routes = http::metrics_router(Arc::clone(&self.domain));
            let (connections, metrics) = (self.connections.clone(), Arc::clone(self.domain.metrics()));
            background.spawn(async move {
                let never = std::future::pending();
                if let Err(cause) = http::serve(listener, routes, connections, &metrics, never).await {
                    tracing::error!(%cause, "there are no numbers any more");
                }
            });
        }
        let hub = Arc::clone(self.domain.hub());
        let leaving = Arc::clone(&hub);
        let stopped = async move {
            stopped.await;
            leaving.drain();
            tokio::time::sleep(NOTICE).await;
        };
        http::serve(listener, self.router, self.connections.clone(), self.domain.metrics(), stopped).await?;
        // Sockets are not among what axum waits for.
        let gone = async {
            while hub.connections() > 0 {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        let _ = tokio::time::timeout(FAREWELL, gone).await;
        Ok(())
    }

    /// What goes on besides requests: events are delivered and forgotten, and accounts removed whose time to come back has
    /// passed.
    fn background(&self) -> JoinSet<()> {
        let hub = self.domain.hub();
        let mut tasks = JoinSet::new();
        tasks.spawn(Arc::clone(hub).run());
        tasks.spawn(self.broker.clone().announce(Arc::clone(hub)));
        tasks.spawn(self.broker.clone().listen(Arc::clone(hub)));
        if let Some((replica, primary)) = self.replica.clone() {
            tasks.spawn(replica.follow(primary));
        }
        let domain = Arc::clone(&self.domain);
        tasks.spawn(async move {
            let mut minutes = every(Duration::from_mins(1));
            loop {
                minutes.tick().await;
                if let Err(cause) = domain.forget_events().await {
                    tracing::warn!(%cause, "old events could not be removed");
                }
                if let Err(cause) = domain.forget_budgets().await {
                    tracing::warn!(%cause, "old budgets could not be removed");
                }
            }
        });
        tasks.spawn(share_budgets(Arc::clone(&self.domain)));
        tasks.spawn(purge_hourly(Arc::clone(&self.domain)));
        tasks
    }
}

fn every(time: Duration) -> tokio::time::Interval {
    let mut ticks = interval(time);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    ticks
}

/// Adds up what this server and others have let pass.
async fn share_budgets(domain: Arc<Domain>) {
    let mut ticks = every(Duration::from_millis(500));
    loop {
        ticks.tick().await;
        if let Err(cause) = domain.share_budgets().await {
            tracing::warn!(?cause, "budgets could not be shared; they are, when the database is there again");
        }
    }
}

/// Removes those whose time to come back has passed, now and every hour. Only numbers are logged.
async fn purge_hourly(domain: Arc<Domain>) {
    let mut hours = every(Duration::from_hours(1));
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
