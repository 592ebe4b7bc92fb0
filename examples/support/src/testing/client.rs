//! Asking over HTTP: one connection a request, and every answer is held against the document.

use std::{future::IntoFuture, net::SocketAddr, pin::Pin, sync::Arc, time::Duration};

use axum::http::{HeaderMap, Method, StatusCode};
use http_body_util::{BodyExt, Full};
use hyper::{body::Bytes, client::conn::http1::handshake};
use hyper_util::rt::TokioIo;
use serde_json::Value;
use tokio::{net::TcpStream, time::sleep};

use super::document::Document;
use crate::Done;

/// Asks one server.
#[derive(Debug, Clone)]
pub struct Client {
    pub(super) address: SocketAddr,
    pub(super) document: Arc<Document>,
}

/// A request to be: it is sent when it is awaited.
#[derive(Debug)]
pub struct Request<'a> {
    client: &'a Client,
    pub(super) method: Method,
    pub(super) path: String,
    pub(super) headers: Vec<(&'static str, String)>,
    pub(super) body: String,
}

/// An answer.
#[derive(Debug)]
pub struct Reply {
    /// Its status.
    pub status: StatusCode,
    /// Its headers.
    pub headers: HeaderMap,
    /// Its body.
    pub text: String,
}

impl Client {
    /// Asks for something.
    #[must_use]
    pub fn get(&self, path: impl Into<String>) -> Request<'_> {
        self.request(Method::GET, path, "")
    }

    /// Asks for something to be done.
    #[must_use]
    pub fn post(&self, path: impl Into<String>, body: &Value) -> Request<'_> {
        self.request(Method::POST, path, body.to_string()).header("content-type", "application/json")
    }

    /// Asks for something to be done away with.
    #[must_use]
    pub fn delete(&self, path: impl Into<String>) -> Request<'_> {
        self.request(Method::DELETE, path, "")
    }

    /// Asks in any way.
    #[must_use]
    pub fn request(&self, method: Method, path: impl Into<String>, body: impl Into<String>) -> Request<'_> {
        Request { client: self, method, path: path.into(), headers: Vec::new(), body: body.into() }
    }

    /// Asks for a text again and again, until it says something.
    ///
    /// # Errors
    /// When it does not after ten seconds.
    pub async fn until_it_says(&self, path: &str, what: &str) -> Done {
        let mut text = String::new();
        for _ in 0..1_000 {
            text = self.get(path).await?.is(200)?.text;
            if text.contains(what) {
                return Ok(());
            }
            sleep(Duration::from_millis(10)).await;
        }
        Err(format!("`{what}` is not in {text}").into())
    }
}

impl Request<'_> {
    /// With a header.
    #[must_use]
    pub fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    async fn send(self) -> Done<Reply> {
        let (mut sender, connection) = handshake(TokioIo::new(TcpStream::connect(self.client.address).await?)).await?;
        let connection = tokio::spawn(connection);
        let mut request =
            hyper::Request::builder().method(self.method.clone()).uri(&self.path).header("host", "localhost");
        for (name, value) in &self.headers {
            request = request.header(*name, value);
        }
        let response = sender.send_request(request.body(Full::new(Bytes::from(self.body.clone())))?).await?;
        let (parts, body) = response.into_parts();
        let text = String::from_utf8(body.collect().await?.to_bytes().to_vec())?;
        drop(sender);
        connection.await??;
        let reply = Reply { status: parts.status, headers: parts.headers, text };
        self.client.document.allows(&self, &reply)?;
        Ok(reply)
    }
}

impl<'a> IntoFuture for Request<'a> {
    type Output = Done<Reply>;
    type IntoFuture = Pin<Box<dyn Future<Output = Done<Reply>> + Send + 'a>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.send())
    }
}

impl Reply {
    /// The body.
    ///
    /// # Errors
    /// When it is no JSON.
    pub fn json(&self) -> Done<Value> {
        serde_json::from_str(&self.text).map_err(|error| format!("{error}: {}", self.text).into())
    }

    /// A header's text.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// Insists on a status.
    ///
    /// # Errors
    /// When it is another.
    pub fn is(self, status: u16) -> Done<Self> {
        if self.status.as_u16() == status {
            Ok(self)
        } else {
            Err(format!("{} is not {status}: {}", self.status, self.text).into())
        }
    }

    /// Insists on a problem document of this status and kind, all of it.
    ///
    /// # Errors
    /// When it is anything else.
    pub fn is_problem(self, status: u16, kind: &str) -> Done<Value> {
        let reply = self.is(status)?;
        let problem = reply.json()?;
        let whole = problem["status"] == status
            && problem["type"] == format!("/problems/{kind}")
            && problem["title"] == kind.replace('-', " ")
            && problem["detail"].as_str().is_some_and(|detail| !detail.is_empty())
            && reply.header("content-type") == Some("application/problem+json");
        if whole { Ok(problem) } else { Err(format!("this is not the problem `{kind}`: {reply:?}").into()) }
    }
}
