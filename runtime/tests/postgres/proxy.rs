//! A proxy in front of the server that cuts connections where it is told to.

use std::{
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream, UnixStream},
    sync::watch,
};

use crate::support::Failure;

/// A TCP port in front of a server's socket.
#[derive(Debug)]
pub(crate) struct Proxy {
    pub(crate) port: u16,
    /// The next answer is swallowed, and its connection cut.
    pub(crate) swallow: Arc<AtomicBool>,
    cut: watch::Sender<u32>,
}

impl Proxy {
    pub(crate) async fn start(socket: PathBuf) -> Result<Self, Failure> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let port = listener.local_addr()?.port();
        let (swallow, cut) = (Arc::new(AtomicBool::new(false)), watch::Sender::new(0));
        let (swallowing, cutting) = (Arc::clone(&swallow), cut.clone());
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let Ok(server) = UnixStream::connect(&socket).await else { continue };
                tokio::spawn(forward(client, server, Arc::clone(&swallowing), cutting.subscribe()));
            }
        });
        Ok(Self { port, swallow, cut })
    }

    /// Cuts the clients of all connections off. The server is not told, as when a machine dies: what it was sent, it still does.
    pub(crate) fn cut(&self) {
        self.cut.send_modify(|cuts| *cuts += 1);
    }
}

async fn forward(mut client: TcpStream, server: UnixStream, swallow: Arc<AtomicBool>, mut cut: watch::Receiver<u32>) {
    let (mut from_server, mut to_server) = server.into_split();
    let (mut request, mut reply) = (vec![0; 65536], vec![0; 65536]);
    loop {
        tokio::select! {
            read = client.read(&mut request) => match read {
                Ok(size @ 1..) if to_server.write_all(&request[..size]).await.is_ok() => {}
                _ => return,
            },
            read = from_server.read(&mut reply) => match read {
                Ok(_) if swallow.swap(false, Ordering::SeqCst) => return,
                Ok(size @ 1..) if client.write_all(&reply[..size]).await.is_ok() => {}
                _ => return,
            },
            _ = cut.changed() => break,
        }
    }
    drop(client);
    // The server's side stays open, and is listened to, until it has nothing more to say.
    while from_server.read(&mut reply).await.is_ok_and(|size| size > 0) {}
}
