//! A load generator: HTTP/1.1 over kept-alive connections, each sending the next request when the last is answered.

use std::{
    net::SocketAddr,
    sync::Arc,
    time::{Duration, Instant},
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    task::JoinSet,
};

/// What was measured.
pub struct Measured {
    pub per_second: f64,
    pub p50: Duration,
    pub p99: Duration,
}

/// Sends the requests round robin for a while.
pub async fn run(address: SocketAddr, requests: &[Vec<u8>], connections: usize, duration: Duration) -> Measured {
    let requests: Arc<[Vec<u8>]> = requests.into();
    let started = Instant::now();
    let mut workers = JoinSet::new();
    for worker in 0..connections {
        let requests = Arc::clone(&requests);
        workers.spawn(async move {
            let mut stream = TcpStream::connect(address).await.unwrap();
            stream.set_nodelay(true).unwrap();
            let mut latencies = Vec::new();
            let mut buffer = Vec::new();
            let mut next = worker * 7;
            while started.elapsed() < duration {
                let sent = Instant::now();
                stream.write_all(&requests[next % requests.len()]).await.unwrap();
                read_answer(&mut stream, &mut buffer).await;
                latencies.push(sent.elapsed());
                next += 1;
            }
            latencies
        });
    }
    let mut latencies: Vec<_> = workers.join_all().await.into_iter().flatten().collect();
    let elapsed = started.elapsed().as_secs_f64();
    latencies.sort_unstable();
    let at = |share: usize| latencies[(latencies.len() * share / 100).min(latencies.len() - 1)];
    #[allow(clippy::cast_precision_loss)]
    let per_second = latencies.len() as f64 / elapsed;
    Measured { per_second, p50: at(50), p99: at(99) }
}

/// Reads one answer and makes sure that it is a good one: a benchmark of errors would be fast.
async fn read_answer(stream: &mut TcpStream, buffer: &mut Vec<u8>) {
    buffer.clear();
    let (head, length) = loop {
        assert_ne!(stream.read_buf(buffer).await.unwrap(), 0, "the server hung up");
        if let Some(end) = buffer.windows(4).position(|window| window == b"\r\n\r\n") {
            let head = std::str::from_utf8(&buffer[..end]).unwrap().to_ascii_lowercase();
            assert!(head.starts_with("http/1.1 200"), "{head}");
            let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")).unwrap();
            break (end + 4, length.trim().parse::<usize>().unwrap());
        }
    };
    while buffer.len() < head + length {
        assert_ne!(stream.read_buf(buffer).await.unwrap(), 0, "the server hung up");
    }
    assert!(!buffer[head..].windows(9).any(|window| window == b"\"errors\":"), "{}", String::from_utf8_lossy(buffer));
}
