//! Serving until somebody says stop.

use std::{fmt::Display, io, net::SocketAddr};

use tokio::{
    net::TcpListener,
    signal::unix::{SignalKind, signal},
};

use super::Api;

/// Where to serve.
#[derive(Debug, Clone, Copy, clap::Args)]
pub struct ServeArgs {
    /// The address to listen at; port 0 takes any that is free
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8080")]
    pub listen: SocketAddr,
}

/// Serves until the process is asked to stop (Ctrl-C, SIGTERM), answers what it has accepted, and closes the store.
///
/// # Errors
/// When it cannot listen there.
pub async fn serve<E: Display + Send + 'static>(args: ServeArgs, api: Api<E>) -> io::Result<()> {
    let listener = TcpListener::bind(args.listen).await?;
    // Before anybody is told that it serves: who reads that may ask it to stop.
    let (mut interrupt, mut terminate) = (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
    println!(
        "Serving at http://{}: /openapi.json says what can be asked for. Ctrl-C stops it.",
        listener.local_addr()?
    );
    let asked_to_stop = async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
        println!("Stopping: what was accepted is answered first.");
    };
    let service = api.service().clone();
    axum::serve(listener, api.into_router()).with_graceful_shutdown(asked_to_stop).await?;
    service.stop().await;
    println!("Stopped.");
    Ok(())
}
