//! Serving until somebody says stop.

use std::{fmt::Display, future::IntoFuture, io, net::SocketAddr, pin::pin};

use tokio::{net::TcpListener, sync::oneshot};

use super::{Api, probes, underway::Underway};
use crate::signals::Signals;

/// Where to serve.
#[derive(Debug, Clone, Copy, clap::Args)]
pub struct ServeArgs {
    /// The address to listen at; port 0 takes any that is free
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8080")]
    pub listen: SocketAddr,
}

/// Serves until the process is asked to stop (Ctrl-C, SIGTERM), answers what it has accepted, and closes the store. Neither takes
/// longer than ten seconds, for a client that sends half a request must not hold up the end; asked again, it waits no longer.
///
/// # Errors
/// When it cannot listen there.
pub async fn serve<E: Display + Send + 'static>(args: ServeArgs, api: Api<E>) -> io::Result<()> {
    let listener = TcpListener::bind(args.listen).await?;
    // Before anybody is told that it serves: who reads that may ask it to stop.
    let mut signals = Signals::listen()?;
    println!(
        "Serving at http://{}: /openapi.json says what can be asked for. Ctrl-C stops it.",
        listener.local_addr()?
    );
    let (service, underway) = (api.service().clone(), Underway::default());
    let (stop, asked_to_stop) = oneshot::channel::<()>();
    let serving = axum::serve(listener, underway.of(api.into_router()));
    let mut serving = pin!(serving.with_graceful_shutdown(async { drop(asked_to_stop.await) }).into_future());
    tokio::select! {
        ended = &mut serving => return ended,
        () = signals.next() => {}
        () = probes::keep_up() => {}
    }
    println!("Stopping: what was accepted is answered first. Asked again, it waits for nobody.");
    drop(stop);
    match signals.wait_for(serving).await {
        Some(ended) => ended?,
        None => eprintln!(
            "Not waited for any longer: clients that send no more. Requests without an answer: {}.",
            underway.count()
        ),
    }
    service.close(&mut signals).await;
    println!("Stopped.");
    Ok(())
}
