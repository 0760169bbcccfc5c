use std::{net::SocketAddr, sync::Arc};

use sojorn::{app::App, domain::Domain};
use tokio::{net::TcpListener, sync::oneshot, task::JoinHandle};

use super::privacy::Confidence;

/// A server on a port of its own, with all that goes on besides requests. Stops with this value, the hard way.
pub struct Server {
    pub address: SocketAddr,
    pub domain: Arc<Domain>,
    stop: Option<oneshot::Sender<()>>,
    _confidence: Confidence,
    task: JoinHandle<std::io::Result<()>>,
}

impl Server {
    pub async fn start(app: App) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let domain = Arc::clone(&app.domain);
        let (stop, stopped) = oneshot::channel();
        let task = tokio::spawn(app.serve_until(listener, async {
            let _ = stopped.await;
        }));
        let confidence = Confidence(Arc::clone(domain.metrics()));
        Self { address, domain, stop: Some(stop), _confidence: confidence, task }
    }

    /// Tells it to stop, as SIGTERM would.
    pub fn stop(&mut self) {
        if let Some(stop) = self.stop.take() {
            let _ = stop.send(());
        }
    }

    /// Waits until it has stopped.
    pub async fn stopped(mut self) {
        self.stop();
        (&mut self.task).await.unwrap().unwrap();
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}
