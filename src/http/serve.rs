//! Connections: taking them, and letting them end. `axum::serve` has no time for heads; whoever sends one byte a minute
//! would hold a connection for ever.

use std::{
    convert::Infallible,
    io,
    net::{IpAddr, SocketAddr},
    pin::pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use axum::{Router, body::Body, extract::ConnectInfo};
use http::Request;
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use prometheus_client::metrics::counter::Counter;
use tokio::{
    net::{TcpListener, TcpStream},
    sync::watch,
};
use tower::ServiceExt;

use super::{
    addresses::{Addresses, Counted},
    client::{Proxies, network},
    stream::Stream,
};
use crate::metrics::Metrics;

/// How connections are served.
#[derive(Clone, Debug)]
pub struct ConnectionOptions {
    /// How long the head of a request may take to come, and how long a connection may rest between requests.
    pub head_timeout: Duration,
    /// How long a client may take nothing of what is written to it.
    pub write_timeout: Duration,
    /// How many headers a request may have.
    pub max_headers: usize,
    /// Connections at most, live ones included.
    pub most: usize,
    /// Connections from an address at most.
    pub most_of_address: usize,
    /// The proxies in front of the server, from which any number may come.
    pub proxies: Proxies,
}

impl ConnectionOptions {
    /// Has the system allow as many connections as it will, and takes no more than that, with so many to the database.
    #[must_use]
    pub fn within_descriptors(mut self, to_database: usize) -> Self {
        let allowed = rlimit::increase_nofile_limit(u64::MAX)
            .or_else(|_| rlimit::getrlimit(rlimit::Resource::NOFILE).map(|(soft, _)| soft));
        let allowed = allowed.ok().and_then(|allowed| usize::try_from(allowed).ok()).unwrap_or(usize::MAX);
        self.most = self.most.min(allowed.saturating_sub(OTHER_DESCRIPTORS + to_database).max(1));
        self
    }
}

/// Bits of an address of IPv6 that say whose line it is: a household is given as many networks as there are in that.
const LINE: u32 = 56;

/// Descriptors for files, and what else there is besides connections to the database.
const OTHER_DESCRIPTORS: usize = 100;

/// How often it is said that connections are turned away.
const SAID_AGAIN: Duration = Duration::from_mins(1);

/// What is read of a head at most. Larger than what is taken, so that most of what is not is told why.
const MAX_HEAD_BYTES: usize = 64 * 1024;

/// How long what has begun may go on: twice as long as a request may take, unless that is set otherwise.
const FAREWELL: Duration = Duration::from_secs(20);

/// Serves connections until `stopped`, and then until the requests that have begun are answered.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    options: ConnectionOptions,
    metrics: &Metrics,
    stopped: impl Future<Output = ()>,
) -> io::Result<()> {
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new())
        .header_read_timeout(options.head_timeout)
        .max_headers(options.max_headers)
        .max_buf_size(MAX_HEAD_BYTES);
    // Each connection hears of the end by one of these, and is over when it has let go of it.
    let (end, ending) = watch::channel(());
    let mut stopped = pin!(stopped);
    let mut door = Door::new(options.clone(), metrics.turned_away.clone());
    loop {
        let (stream, peer) = tokio::select! {
            accepted = accept(&listener) => accepted,
            () = &mut stopped => break,
        };
        let Some(counted) = door.let_in(peer.ip()) else { continue };
        let is_late = Arc::new(AtomicBool::new(false));
        let stream = Stream::new(stream, options.write_timeout, Arc::clone(&is_late), counted);
        let router = router.clone();
        let service = service_fn(move |request: Request<Incoming>| {
            let mut request = request.map(Body::new);
            request.extensions_mut().insert(ConnectInfo(peer));
            let answer = router.clone().oneshot(request);
            async { Ok::<_, Infallible>(answer.await.unwrap_or_else(|never| match never {})) }
        });
        let connection = http.serve_connection(TokioIo::new(stream), service).with_upgrades();
        let mut ending = ending.clone();
        tokio::spawn(async move {
            let mut connection = pin!(connection);
            let outcome = tokio::select! {
                outcome = &mut connection => outcome,
                _ = ending.changed() => {
                    connection.as_mut().graceful_shutdown();
                    connection.await
                }
            };
            // Clients leave in the middle of things, and those that are too slow are left.
            if let Err(error) = outcome {
                is_late.fetch_or(error.is_timeout(), Ordering::Relaxed);
                tracing::debug!(%error, "a connection ended early");
            }
        });
    }
    drop((listener, ending));
    let _ = end.send(());
    // Whoever does not read is not waited for.
    let _ = tokio::time::timeout(FAREWELL, end.closed()).await;
    Ok(())
}

/// Lets connections in, as long as there are not too many.
struct Door {
    options: ConnectionOptions,
    addresses: Arc<Addresses>,
    turned_away: Counter,
    said: Option<Instant>,
}

impl Door {
    fn new(options: ConnectionOptions, turned_away: Counter) -> Self {
        let addresses = Arc::new(Addresses::new(options.most_of_address, options.most));
        Self { options, addresses, turned_away, said: None }
    }

    fn let_in(&mut self, peer: IpAddr) -> Option<Counted> {
        let address = (!self.options.proxies.hold(peer)).then(|| network(peer, LINE));
        let counted = self.addresses.take(address);
        if counted.is_some() {
            return counted;
        }
        self.turned_away.inc();
        if self.said.is_none_or(|said| said.elapsed() > SAID_AGAIN) {
            self.said = Some(Instant::now());
            tracing::warn!("there are too many connections, in all or from an address: new ones are turned away");
        }
        None
    }
}

/// The next connection. When there are no more descriptors, some will be free soon.
async fn accept(listener: &TcpListener) -> (TcpStream, SocketAddr) {
    loop {
        match listener.accept().await {
            Ok((stream, peer)) => {
                // Answers are written as a whole, and events are to leave at once.
                let _ = stream.set_nodelay(true);
                return (stream, peer);
            }
            Err(error) if is_of_the_connection(&error) => {}
            Err(error) => {
                tracing::error!(%error, "no connection can be taken");
                tokio::time::sleep(Duration::from_secs(1)).await;
            }
        }
    }
}

fn is_of_the_connection(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset)
}
