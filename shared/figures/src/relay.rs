//! Stands between the functions and their store, and knows for how long the store was asked.
//!
//! The store of one machine is no measure of DynamoDB, and this one is built for development. So
//! its time is taken apart from the function's: it begins when the last bytes of a request have
//! come from the function, and ends right before the answer's bytes go back. All that the function
//! does itself (set up its client, connect, write, sign, parse) stays in the function's time, and so
//! does the relay's own connecting, which is too short to be told from the noise.

use std::{
    io,
    net::{Ipv4Addr, SocketAddr},
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    task::JoinSet,
};

/// The longest piece that is passed on at once, in bytes.
const PIECE: usize = 64 * 1024;

/// A running relay. It stops when dropped.
#[derive(Debug)]
pub(crate) struct Relay {
    address: SocketAddr,
    meter: Meter,
    _server: JoinSet<()>,
}

/// How long the store took.
#[derive(Debug, Clone, Default)]
struct Meter(Arc<Mutex<Duration>>);

impl Meter {
    fn add(&self, time: Duration) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) += time;
    }

    fn take(&self) -> Duration {
        std::mem::take(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Relay {
    /// Listens on a free port of this machine for what is meant for `store`, as in `127.0.0.1:8000`.
    ///
    /// # Errors
    /// No port can be had.
    pub(crate) async fn start(store: String) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let address = listener.local_addr()?;
        let meter = Meter::default();
        let mut server = JoinSet::new();
        server.spawn(accept(listener, store, meter.clone()));
        Ok(Self { address, meter, _server: server })
    }

    /// Where it listens.
    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// How long the store took since this was last asked.
    pub(crate) fn take(&self) -> Duration {
        self.meter.take()
    }
}

async fn accept(listener: TcpListener, store: String, meter: Meter) {
    let mut connections = JoinSet::new();
    // An error is of one connection, whose function will notice.
    loop {
        if let Ok((function, _)) = listener.accept().await {
            let (store, meter) = (store.clone(), meter.clone());
            connections.spawn(async move {
                let _ = carry(function, &store, &meter).await;
            });
        }
        while connections.try_join_next().is_some() {}
    }
}

/// Passes on what either side says, until one of them hangs up.
async fn carry(mut function: TcpStream, store: &str, meter: &Meter) -> io::Result<()> {
    let mut store = TcpStream::connect(store).await?;
    function.set_nodelay(true)?;
    store.set_nodelay(true)?;
    let (mut asked, mut answered) = (vec![0; PIECE], vec![0; PIECE]);
    let mut since = Instant::now();
    loop {
        tokio::select! {
            length = function.read(&mut asked) => {
                since = Instant::now();
                match asked.get(..length?) {
                    None | Some([]) => return Ok(()),
                    Some(piece) => store.write_all(piece).await?,
                }
            }
            length = store.read(&mut answered) => match answered.get(..length?) {
                None | Some([]) => return Ok(()),
                Some(piece) => {
                    meter.add(since.elapsed());
                    since = Instant::now();
                    function.write_all(piece).await?;
                }
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Answers each piece with itself, after a while.
    async fn slow_echo(listener: TcpListener, delay: Duration) -> io::Result<()> {
        let (mut connection, _) = listener.accept().await?;
        let mut piece = [0; 16];
        loop {
            let length = connection.read(&mut piece).await?;
            tokio::time::sleep(delay).await;
            connection.write_all(&piece[..length]).await?;
        }
    }

    #[tokio::test]
    async fn only_the_stores_time_counts() {
        let delay = Duration::from_millis(60);
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let store = listener.local_addr().unwrap().to_string();
        tokio::spawn(slow_echo(listener, delay));
        let relay = Relay::start(store).await.unwrap();
        let mut function = TcpStream::connect(relay.address()).await.unwrap();
        let mut answer = [0; 4];
        for _ in 0..2 {
            // The function's own time, which is not to be counted.
            tokio::time::sleep(delay * 10).await;
            function.write_all(b"ask!").await.unwrap();
            function.read_exact(&mut answer).await.unwrap();
            assert_eq!(&answer, b"ask!");
            let took = relay.take();
            assert!(took >= delay && took < delay * 9, "{took:?}");
        }
        assert_eq!(relay.take(), Duration::ZERO);
    }
}
