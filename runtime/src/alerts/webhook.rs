//! Alerts as messages that Slack, and others who speak like it, accept.

use std::{fmt, sync::Arc, thread, time::Duration};

use rustls::crypto::ring;
use ureq::{
    Agent,
    http::Uri,
    tls::{RootCerts, TlsConfig},
};

use super::{Alert, Sink};

/// Posts each alert to a URL: `{"text": "…"}`, which Slack accepts, and others who speak like it; beside it the alert itself.
///
/// What cannot be delivered within ten seconds is lost, and a warning of `tracing` says so. The URL is a secret, and appears
/// nowhere.
#[derive(Clone)]
pub struct Webhook {
    url: Uri,
    agent: Agent,
}

/// Why there can be no such webhook.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum WebhookError {
    /// It is no URL that can be posted to.
    #[error("a webhook's URL begins with `https://` or `http://`")]
    Url,
}

impl Webhook {
    /// One that posts there.
    ///
    /// # Errors
    /// When it is no such URL.
    pub fn new(url: &str) -> Result<Self, WebhookError> {
        let url: Uri = url.parse().map_err(|_| WebhookError::Url)?;
        if !matches!(url.scheme_str(), Some("http" | "https")) || url.host().is_none() {
            return Err(WebhookError::Url);
        }
        let tls = TlsConfig::builder()
            .unversioned_rustls_crypto_provider(Arc::new(ring::default_provider()))
            .root_certs(RootCerts::PlatformVerifier)
            .build();
        let config = Agent::config_builder().timeout_global(Some(Duration::from_secs(10))).tls_config(tls).build();
        Ok(Self { url, agent: config.into() })
    }
}

impl Sink for Webhook {
    fn send(&self, alert: &Alert) {
        let message = serde_json::json!({ "text": alert.to_string(), "alert": alert });
        let (url, agent) = (self.url.clone(), self.agent.clone());
        let post = move || {
            if let Err(error) = agent.post(url).content_type("application/json").send(message.to_string()) {
                tracing::warn!(target: "foldline", %error, "an alert could not be delivered");
            }
        };
        // Alerts are few, and whoever tells of them is not to wait for a network.
        if thread::Builder::new().name("foldline-alert".into()).spawn(post).is_err() {
            tracing::warn!(target: "foldline", "an alert could not be delivered: there is no thread left");
        }
    }
}

impl fmt::Debug for Webhook {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Webhook").field("host", &self.url.host()).finish_non_exhaustive()
    }
}
