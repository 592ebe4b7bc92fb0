//! A server for a test, on a store of its own.

use std::{fmt::Display, sync::Arc, time::Duration};

use foldline::{
    Executor,
    testing::{TempFolder, TempSchema, temp_postgres::TempPostgres},
};
use serde_json::Value;
use tokio::{net::TcpListener, sync::oneshot, task::JoinHandle};

use super::{Client, document::Document};
use crate::{
    Done, Service,
    http::{Api, metrics},
};

/// A kind of store.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// In memory.
    Memory,
    /// A SQLite file.
    Sqlite,
    /// A schema on the tests' PostgreSQL server.
    Postgres,
}

/// A server for a test, on a store of its own.
#[derive(Debug)]
pub struct Server {
    /// Asks it.
    pub client: Client,
    /// What runs behind it.
    pub service: Service,
    stop: oneshot::Sender<()>,
    running: JoinHandle<std::io::Result<()>>,
    _place: (Option<TempFolder>, Option<TempSchema>),
}

impl Server {
    /// Serves what `api` makes of a fresh store of this kind, at a port of its own.
    ///
    /// # Errors
    /// When there is no such store here, or the API cannot be made.
    pub async fn start<E: Display + Send + 'static>(
        kind: Kind,
        api: impl FnOnce(Executor) -> Done<Api<E>>,
    ) -> Done<Self> {
        let (mut folder, mut schema) = (None, None);
        let url = match kind {
            Kind::Memory => "memory:".to_owned(),
            Kind::Sqlite => format!("sqlite:{}", folder.insert(TempFolder::fresh()?).file("log.db").display()),
            Kind::Postgres => schema.insert(TempSchema::on(TempPostgres::shared()?)).url(),
        };
        let server = Self::at(&url, api).await?;
        Ok(Self { _place: (folder, schema), ..server })
    }

    /// The same on the store at this URL. Nobody waits for longer than three seconds.
    ///
    /// # Errors
    /// As [`start`](Self::start).
    pub async fn at<E: Display + Send + 'static>(url: &str, api: impl FnOnce(Executor) -> Done<Api<E>>) -> Done<Self> {
        metrics();
        let store = foldline::open(url).await?;
        let executor = Executor::builder(store).timeout(Duration::from_secs(3)).build();
        let api = api(executor)?;
        let document = Arc::new(Document::new(api.document().clone())?);
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let client = Client { address: listener.local_addr()?, document };
        let (service, (stop, stopped)) = (api.service().clone(), oneshot::channel());
        let serving = axum::serve(listener, api.into_router()).with_graceful_shutdown(async { drop(stopped.await) });
        let running = tokio::spawn(async { serving.await });
        Ok(Self { client, service, stop, running, _place: (None, None) })
    }

    /// Insists that everything that the document describes was asked for, and answered.
    ///
    /// # Errors
    /// When something was not.
    pub fn was_asked_for_everything(&self) -> Done {
        let unseen = self.client.document.unseen();
        if unseen.is_empty() { Ok(()) } else { Err(format!("not asked for: {unseen:?}").into()) }
    }

    /// Stops the store, and insists that whoever posts this is told so.
    ///
    /// # Errors
    /// When they are told anything else.
    pub async fn stops_and_says_so(self, path: &str, body: &Value) -> Done {
        self.service.executor.shutdown().await;
        let told = self.client.post(path, body).await?;
        if told.header("retry-after") != Some("1") {
            return Err(format!("when to ask again is not said: {told:?}").into());
        }
        told.is_problem(503, "store-stopped")?;
        let health = self.client.get("/health").await?.is(503)?.json()?;
        if health["healthy"] != false {
            return Err(format!("it is called healthy: {health}").into());
        }
        self.stop().await
    }

    /// Stops it, when everything is answered.
    ///
    /// # Errors
    /// When serving failed.
    pub async fn stop(self) -> Done {
        drop(self.stop);
        self.running.await??;
        Ok(self.service.stop().await?)
    }
}
