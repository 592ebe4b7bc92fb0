//! A server for a test, on a store of its own.

use std::{sync::Arc, time::Duration};

use foldline::{
    Executor,
    testing::{TempFolder, TempSchema, temp_postgres::TempPostgres},
};
use tokio::{net::TcpListener, sync::oneshot, task::JoinHandle};

use super::{Client, Document, Done};
use crate::http::{Api, Service, metrics};

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
    /// Which of the document's answers were seen.
    pub document: Arc<Document>,
    stop: oneshot::Sender<()>,
    running: JoinHandle<std::io::Result<()>>,
    _place: (Option<TempFolder>, Option<TempSchema>),
}

impl Server {
    /// Serves what `api` makes of a fresh store of this kind, at a port of its own.
    ///
    /// # Errors
    /// When there is no such store here, the API cannot be made, or its document speaks of other routes than there are.
    pub async fn start<S: Clone + Send + Sync + 'static>(
        kind: Kind,
        api: impl AsyncFnOnce(Executor, &str) -> Done<Api<S>>,
    ) -> Done<Self> {
        let (mut folder, mut schema) = (None, None);
        let url = match kind {
            Kind::Memory => "memory:".to_owned(),
            Kind::Sqlite => format!("sqlite:{}", folder.insert(TempFolder::fresh()?).file("log.db").display()),
            Kind::Postgres => {
                let server = TempPostgres::shared()?;
                let schema = schema.insert(TempSchema::on(server));
                let sign = if server.url().contains('?') { '&' } else { '?' };
                format!("{}{sign}schema={}", server.url(), &**schema)
            }
        };
        let server = Self::at(&url, api).await?;
        Ok(Self { _place: (folder, schema), ..server })
    }

    /// The same on the store at this URL. Nobody waits for longer than three seconds.
    ///
    /// # Errors
    /// As [`start`](Self::start).
    pub async fn at<S: Clone + Send + Sync + 'static>(
        url: &str,
        api: impl AsyncFnOnce(Executor, &str) -> Done<Api<S>>,
    ) -> Done<Self> {
        metrics();
        let store = foldline::open(url).await?;
        let executor = Executor::builder(store).timeout(Duration::from_secs(3)).build();
        let api = api(executor, url).await?;
        let document = Arc::new(Document::new(api.document().clone())?);
        let routes = api.routes().iter().map(|(method, path)| format!("{method} {path}")).collect();
        let described = document.operations();
        if described != routes {
            let differences: Vec<_> = described.symmetric_difference(&routes).collect();
            return Err(format!("the document and the routes differ in {differences:?}").into());
        }
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let client = Client { address: listener.local_addr()?, document: Arc::clone(&document) };
        let (service, (stop, stopped)) = (api.service().clone(), oneshot::channel());
        let serving = axum::serve(listener, api.into_router()).with_graceful_shutdown(async { drop(stopped.await) });
        let running = tokio::spawn(async { serving.await });
        Ok(Self { client, service, document, stop, running, _place: (None, None) })
    }

    /// Stops it, when everything is answered.
    ///
    /// # Errors
    /// When serving failed.
    pub async fn stop(self) -> Done {
        drop(self.stop);
        self.running.await??;
        self.service.stop().await;
        Ok(())
    }
}
