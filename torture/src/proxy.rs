//! A proxy in front of the server, that does to connections what networks do.

use std::{
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::Duration,
};

use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, split},
    net::{TcpListener, TcpStream, UnixStream},
    sync::watch,
    time::sleep,
};

use crate::{Failure, clock};

/// Where the server is.
#[derive(Debug, Clone)]
pub(crate) enum Target {
    Socket(PathBuf),
    Address(String, u16),
}

/// A TCP port of this machine in front of a server.
#[derive(Debug)]
pub(crate) struct Proxy {
    pub(crate) port: u16,
    tricks: Arc<Tricks>,
    cut: watch::Sender<u32>,
}

#[derive(Debug, Default)]
struct Tricks {
    swallow: AtomicBool,
    tear: AtomicBool,
    stalled_until: AtomicU64,
}

trait Wire: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> Wire for T {}

impl Proxy {
    pub(crate) async fn start(target: Target) -> Result<Self, Failure> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let port = listener.local_addr()?.port();
        let (tricks, cut) = (Arc::new(Tricks::default()), watch::Sender::new(0));
        let (ours, cutting) = (Arc::clone(&tricks), cut.clone());
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let (target, tricks, cut) = (target.clone(), Arc::clone(&ours), cutting.subscribe());
                tokio::spawn(async move {
                    if let Ok(server) = target.connect().await {
                        let _ = client.set_nodelay(true);
                        forward(client, server, &tricks, cut).await;
                    }
                });
            }
        });
        Ok(Self { port, tricks, cut })
    }

    /// Cuts the clients of all connections off. The server is not told, as when a machine dies: what it was sent, it still does.
    pub(crate) fn cut(&self) {
        self.cut.send_modify(|cuts| *cuts += 1);
    }

    /// The server is sent half of the next request, and the connection is gone.
    pub(crate) fn tear_next_request(&self) {
        self.tricks.tear.store(true, Ordering::Relaxed);
    }

    /// The server does what it is asked next, and its answer is lost with the connection.
    pub(crate) fn swallow_next_answer(&self) {
        self.tricks.swallow.store(true, Ordering::Relaxed);
    }

    /// Nothing passes for a while.
    pub(crate) fn stall(&self, time: Duration) {
        let until = clock::now() + u64::try_from(time.as_nanos()).unwrap_or(0);
        self.tricks.stalled_until.store(until, Ordering::Relaxed);
    }
}

impl Target {
    async fn connect(&self) -> std::io::Result<Box<dyn Wire>> {
        Ok(match self {
            Self::Socket(path) => Box::new(UnixStream::connect(path).await?),
            Self::Address(host, port) => {
                let stream = TcpStream::connect((host.as_str(), *port)).await?;
                stream.set_nodelay(true)?;
                Box::new(stream)
            }
        })
    }
}

impl Tricks {
    async fn pass(&self) {
        let left = self.stalled_until.load(Ordering::Relaxed).saturating_sub(clock::now());
        if left > 0 {
            sleep(Duration::from_nanos(left)).await;
        }
    }
}

async fn forward(mut client: TcpStream, server: Box<dyn Wire>, tricks: &Tricks, mut cut: watch::Receiver<u32>) {
    let (mut from_server, mut to_server) = split(server);
    let (mut request, mut reply) = (vec![0; 65536], vec![0; 65536]);
    loop {
        tokio::select! {
            read = client.read(&mut request) => {
                let (Ok(size @ 1..), ()) = (read, tricks.pass().await) else { return };
                if tricks.tear.swap(false, Ordering::Relaxed) {
                    let _ = to_server.write_all(&request[..size / 2]).await;
                    return;
                }
                if to_server.write_all(&request[..size]).await.is_err() {
                    return;
                }
            }
            read = from_server.read(&mut reply) => {
                let (Ok(size @ 1..), ()) = (read, tricks.pass().await) else { return };
                if tricks.swallow.swap(false, Ordering::Relaxed) || client.write_all(&reply[..size]).await.is_err() {
                    break;
                }
            }
            _ = cut.changed() => break,
        }
    }
    drop(client);
    // The server's side stays open, and is listened to, until it has nothing more to say.
    while from_server.read(&mut reply).await.is_ok_and(|size| size > 0) {
        if to_server.shutdown().await.is_err() {
            return;
        }
    }
}
