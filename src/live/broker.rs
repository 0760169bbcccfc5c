//! How servers on one database tell each other that there is something to read. Nothing else is told, so that nothing is
//! lost with a message: every server also looks by itself, each second.

use std::{sync::Arc, time::Duration};

use futures_util::StreamExt;
use tokio::time::{sleep, timeout};

use super::Hub;
use crate::store::{notify, notify::Listener};

/// The subject of NATS.
const SUBJECT: &str = "sojorn.events";
/// How long to wait before the next announcement, and before the next attempt to listen.
const PAUSE: Duration = Duration::from_millis(5);
const RETRY: Duration = Duration::from_secs(1);

/// What carries the announcements.
#[derive(Clone)]
pub enum Broker {
    /// LISTEN and NOTIFY of the database at this address.
    Postgres(String),
    /// NATS, for installations that outgrow NOTIFY: it passes each announcement through one lock of the whole cluster.
    Nats(async_nats::Client),
}

/// NATS cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("NATS cannot be used: {0}")]
pub struct BrokerError(#[from] async_nats::ConnectError);

impl Broker {
    /// NATS at this address. Where it is away, the server starts all the same, and goes on trying.
    pub async fn nats(address: &str) -> Result<Self, BrokerError> {
        let options = async_nats::ConnectOptions::new().name("sojorn").retry_on_initial_connect();
        Ok(Self::Nats(options.connect(address).await?))
    }

    /// Tells the others of what this server commits, and wakes this one; for ever.
    pub async fn announce(self, hub: Arc<Hub>) {
        loop {
            hub.committed().await;
            hub.wake();
            let told = match &self {
                Self::Postgres(_) => notify::announce(&hub.own).await.map_err(|cause| cause.to_string()),
                // Where NATS is away for long, what is to be published fills its buffer, and waits.
                Self::Nats(client) => match timeout(RETRY, client.publish(SUBJECT, "".into())).await {
                    Ok(told) => told.map_err(|cause| cause.to_string()),
                    Err(late) => Err(late.to_string()),
                },
            };
            if let Err(cause) = told {
                tracing::debug!(cause, "the others look by themselves");
            }
            // What is committed meanwhile is told in one.
            sleep(PAUSE).await;
        }
    }

    /// Wakes this server when another announces something; for ever.
    pub async fn listen(self, hub: Arc<Hub>) {
        loop {
            match &self {
                Self::Postgres(url) => match Listener::connect(url).await {
                    Ok(mut listener) => {
                        while listener.heard().await.is_ok() {
                            hub.wake();
                        }
                    }
                    Err(cause) => tracing::debug!(%cause, "announcements cannot be heard"),
                },
                Self::Nats(client) => match client.subscribe(SUBJECT).await {
                    Ok(mut announcements) => {
                        while announcements.next().await.is_some() {
                            hub.wake();
                        }
                    }
                    Err(cause) => tracing::debug!(%cause, "announcements cannot be heard"),
                },
            }
            hub.wake();
            sleep(RETRY).await;
        }
    }
}
