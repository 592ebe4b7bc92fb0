//! Whom to tell.

use tokio::sync::mpsc;

use super::Alert;

/// Somebody who is told of alerts. A closure is one, and so is the sender of a channel: what finds it full is lost.
///
/// Called on a thread that everything else which is looked at waits for: pass the alert on, and return.
pub trait Sink: Send + Sync + 'static {
    /// Tells of one.
    fn send(&self, alert: &Alert);
}

impl<F: Fn(&Alert) + Send + Sync + 'static> Sink for F {
    fn send(&self, alert: &Alert) {
        self(alert);
    }
}

impl Sink for mpsc::Sender<Alert> {
    fn send(&self, alert: &Alert) {
        let _ = self.try_send(alert.clone());
    }
}

/// Tells of alerts as warnings, through `tracing`.
#[derive(Debug, Clone, Copy, Default)]
pub struct ToTracing;

impl Sink for ToTracing {
    fn send(&self, alert: &Alert) {
        tracing::warn!(target: "foldline", log = alert.log, subject = ?alert.subject, "{}", alert.text);
    }
}
