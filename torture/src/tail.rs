//! A reader of the log that writes down what it is given.

use std::{path::Path, time::Duration};

use crate::history::{Line, Recorder, Tailed};
use foldline::{
    AnyStore,
    storage::{LogRead, Store},
};
use tokio::{
    sync::watch,
    time::{sleep, timeout},
};

use crate::{Failure, clock};

/// Reads the log behind `after`, for ever; tells how far it has come.
pub(crate) async fn tail(
    store: AnyStore,
    file: &Path,
    after: u64,
    reached: &watch::Sender<u64>,
) -> Result<(), Failure> {
    let recorder = Recorder::create(file)?;
    let mut read = LogRead::after(after);
    loop {
        let Ok(page) = store.read_log(read.clone()).await else {
            // Whatever was done to the server, a reader tries again, and must not miss a thing for it.
            sleep(Duration::from_millis(20)).await;
            continue;
        };
        let at = clock::now();
        read.after = page.reached;
        if page.events.is_empty() {
            let _ = timeout(Duration::from_secs(1), store.wait_beyond(read.after)).await;
            continue;
        }
        let mut events = Vec::with_capacity(page.events.len());
        for event in page.events {
            events.push((event.position(), event.version(), event.stream().as_str().parse()?, event.commit()));
        }
        recorder.write(&Line::Tailed(Tailed { at, after, events }))?;
        reached.send_replace(read.after);
    }
}
