//! A proxy before the server: it counts round trips, and holds all that passes up for a while, each way.
//!
//! Threads that sleep, not tasks: a timer of tasks knows no less than a millisecond.

use std::{
    io::{self, Read, Write},
    net::{Shutdown, TcpListener, TcpStream},
    os::unix::net::UnixStream,
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
        mpsc,
    },
    thread,
    time::{Duration, Instant},
};

use crate::bank::Fault;

pub(crate) struct Proxy {
    port: u16,
    trips: Arc<AtomicU64>,
}

/// Where the server is.
#[derive(Debug, Clone, PartialEq)]
enum Target {
    Socket(PathBuf),
    Address(String),
}

impl Proxy {
    /// Stands before the server of this URL as long as this program runs.
    pub(crate) fn start(url: &str, delay: Duration) -> Result<Self, Fault> {
        let target = target(url)?;
        let listener = TcpListener::bind(("127.0.0.1", 0))?;
        let port = listener.local_addr()?.port();
        let trips = Arc::default();
        let counted = Arc::clone(&trips);
        thread::spawn(move || {
            for client in listener.incoming().flatten() {
                // A connection that cannot be made is one that the client sees end.
                let _ = connect(client, &target, delay, &counted);
            }
        });
        Ok(Self { port, trips })
    }

    /// The same URL, but through here.
    pub(crate) fn before(&self, url: &str) -> Result<String, Fault> {
        let (_, user, _, rest) = parts(url)?;
        let database = rest.split('?').next().unwrap_or_default();
        Ok(format!("postgres://{user}127.0.0.1:{}/{database}", self.port))
    }

    /// How often a client has asked after it had been answered, so far.
    pub(crate) fn round_trips(&self) -> u64 {
        self.trips.load(Ordering::Relaxed)
    }
}

/// Scheme, user with its `@`, host with its port, and what follows the slash.
fn parts(url: &str) -> Result<(&str, &str, &str, &str), Fault> {
    let (scheme, rest) = url.split_once("://").ok_or("the URL is not of the form `postgres://…`")?;
    let (address, rest) = rest.split_once('/').unwrap_or((rest, ""));
    let host = address.rfind('@').map_or(0, |at| at + 1);
    Ok((scheme, &address[..host], &address[host..], rest))
}

fn target(url: &str) -> Result<Target, Fault> {
    let (_, _, host, rest) = parts(url)?;
    let port = host.rsplit_once(':').map_or("5432", |(_, port)| port);
    let options = rest.split_once('?').map_or("", |(_, options)| options);
    let folder = options.split('&').find_map(|option| option.strip_prefix("host=/"));
    Ok(match folder {
        Some(folder) => Target::Socket(PathBuf::from(format!("/{folder}/.s.PGSQL.{port}"))),
        None => Target::Address(if host.contains(':') { host.into() } else { format!("{host}:{port}") }),
    })
}

fn connect(client: TcpStream, target: &Target, delay: Duration, trips: &Arc<AtomicU64>) -> io::Result<()> {
    client.set_nodelay(true)?;
    let (from_client, to_client) = (client.try_clone()?, client);
    // Whether it waits for an answer already: only the first of what it sends begins a round trip.
    let asked = Arc::new(AtomicBool::new(false));
    let (asking, trips) = (Arc::clone(&asked), Arc::clone(trips));
    let ask = move || {
        if !asking.swap(true, Ordering::Relaxed) {
            trips.fetch_add(1, Ordering::Relaxed);
        }
    };
    let answer = move || asked.store(false, Ordering::Relaxed);
    let close = to_client.try_clone()?;
    let close = move || drop(close.shutdown(Shutdown::Both));
    match target {
        Target::Socket(path) => {
            let server = UnixStream::connect(path)?;
            let (from_server, end) = (server.try_clone()?, server.try_clone()?);
            pass(from_client, server, delay, ask, move || drop(end.shutdown(Shutdown::Both)));
            pass(from_server, to_client, delay, answer, close);
        }
        Target::Address(address) => {
            let server = TcpStream::connect(address)?;
            server.set_nodelay(true)?;
            let (from_server, end) = (server.try_clone()?, server.try_clone()?);
            pass(from_client, server, delay, ask, move || drop(end.shutdown(Shutdown::Both)));
            pass(from_server, to_client, delay, answer, close);
        }
    }
    Ok(())
}

/// One way of a connection: what comes is handed on so much later, in order, as soon as it is time.
fn pass(
    mut from: impl Read + Send + 'static,
    mut to: impl Write + Send + 'static,
    delay: Duration,
    seen: impl Fn() + Send + 'static,
    close: impl FnOnce() + Send + 'static,
) {
    let (queue, late) = mpsc::channel::<(Instant, Vec<u8>)>();
    thread::spawn(move || {
        let mut buffer = vec![0; 65_536];
        while let Ok(size @ 1..) = from.read(&mut buffer) {
            seen();
            if queue.send((Instant::now() + delay, buffer[..size].to_vec())).is_err() {
                return;
            }
        }
    });
    thread::spawn(move || {
        for (due, bytes) in late {
            thread::sleep(due.saturating_duration_since(Instant::now()));
            if to.write_all(&bytes).is_err() {
                break;
            }
        }
        close();
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_is_found_by_its_url() -> Result<(), Fault> {
        let socket = target("postgres://a@localhost/b?host=/srv/c")?;
        assert_eq!(socket, Target::Socket("/srv/c/.s.PGSQL.5432".into()));
        assert_eq!(target("postgres://a:b@example.com:6000/b")?, Target::Address("example.com:6000".into()));
        assert_eq!(target("postgres://example.com")?, Target::Address("example.com:5432".into()));
        let proxy = Proxy { port: 7, trips: Arc::default() };
        assert_eq!(proxy.before("postgres://a:b@localhost/c?host=/srv/d")?, "postgres://a:b@127.0.0.1:7/c");
        Ok(())
    }

    #[test]
    fn a_round_trip_is_a_question_after_an_answer_and_takes_twice_the_delay() -> Result<(), Fault> {
        let server = TcpListener::bind(("127.0.0.1", 0))?;
        let url = format!("postgres://localhost:{}/x", server.local_addr()?.port());
        let delay = Duration::from_millis(2);
        let proxy = Proxy::start(&url, delay)?;
        thread::spawn(move || {
            let mut asked = server.accept()?.0;
            let mut question = [0; 2];
            while asked.read_exact(&mut question).is_ok() {
                asked.write_all(b"!")?;
            }
            Ok::<(), io::Error>(())
        });
        let mut client = TcpStream::connect(("127.0.0.1", proxy.port))?;
        let began = Instant::now();
        for _ in 0..5 {
            // A question in two parts is still one.
            client.write_all(b"a")?;
            client.write_all(b"b")?;
            client.read_exact(&mut [0])?;
        }
        assert_eq!(proxy.round_trips(), 5);
        assert!(began.elapsed() >= 10 * delay, "no answer can be there earlier");
        Ok(())
    }
}
