//! Taking in what was left aside.

use std::ops::ControlFlow;

use tokio::sync::oneshot;

use super::{Next, Runner};
use crate::{
    projection::{Delivery, ProjectionError},
    projector::{
        model::{Model, Trouble},
        status::Failure,
        trace::traced,
    },
    recorded::RawEvent,
    store::{Checkpoint, Parked, Store, StreamRead},
    stream::StreamName,
};

impl<M: Model> Runner<M> {
    /// Takes in what was left aside of a stream, or of all, in order. Nothing else is taken in meanwhile, so that each stream
    /// comes out where the others are.
    pub(super) async fn replay(
        &mut self,
        stream: Option<StreamName>,
        reply: oneshot::Sender<Result<(), Failure>>,
    ) -> ControlFlow<Next> {
        let parked = self.checkpoint.parked.iter().map(|parked| StreamName::from(parked.stream.as_str()));
        let parked: Vec<StreamName> = parked.filter(|parked| stream.as_ref().is_none_or(|one| one == parked)).collect();
        let mut first = None;
        for stream in &parked {
            match self.replay_stream(stream).await {
                Ok(()) => {}
                Err((Trouble::Lost, _)) => return ControlFlow::Break(Next::Open),
                Err((Trouble::Passing(error), _)) => {
                    let _ = reply.send(Err(Failure::of(None, error.clone().into())));
                    return ControlFlow::Break(self.cannot(Trouble::Passing(error)).await);
                }
                Err((Trouble::Event { error, .. } | Trouble::Batch(error) | Trouble::Broken(error), event)) => {
                    first.get_or_insert_with(|| Failure::of(event.as_ref(), error));
                }
            }
        }
        let _ = reply.send(first.map_or(Ok(()), Err));
        if self.model.is_spoilt() { ControlFlow::Break(Next::Open) } else { ControlFlow::Continue(()) }
    }

    /// With trouble comes the event that is to blame, if one is.
    async fn replay_stream(&mut self, stream: &StreamName) -> Result<(), (Trouble, Option<RawEvent>)> {
        let mut limit = self.place.options.batch;
        while let Some(from) = self.aside.get(stream).copied() {
            let mut read = StreamRead::new(stream.clone()).after(from - 1);
            (read.until_position, read.limit) = (self.checkpoint.position, limit);
            let read = self.place.feed.store().read_streams(vec![read]).await;
            let page = read.map_err(|error| (error.into(), None))?.pop().unwrap_or_default();
            let events: Vec<Delivery<'_>> = page.events.iter().map(Delivery::of).collect();
            let to = self.without(stream, page.events.last().filter(|_| page.more));
            let span = self.place.span(events.iter().map(|event| (event.position(), event.metadata())));
            let (index, error) = match traced(span, self.model.take(&events, &to)).await {
                Ok(()) => {
                    self.took(&events, to);
                    self.set_aside();
                    limit = self.place.options.batch;
                    continue;
                }
                Err(Trouble::Event { index, before: false, .. }) if index > 0 => {
                    limit = index;
                    continue;
                }
                Err(Trouble::Batch(_)) if events.len() > 1 => {
                    limit = events.len() / 2;
                    continue;
                }
                Err(Trouble::Event { index, error, .. }) => (index, error),
                Err(Trouble::Batch(error)) => (0, error),
                Err(trouble) => return Err((trouble, None)),
            };
            let Some(event) = page.events.get(index) else { return Ok(()) };
            self.leave_from(event, &error);
            self.keep().await.map_err(|trouble| (trouble, None))?;
            return Err((Trouble::Batch(error), Some(event.clone())));
        }
        Ok(())
    }

    /// The checkpoint with a stream taken in as far as `last`, or wholly.
    fn without(&self, stream: &StreamName, last: Option<&RawEvent>) -> Checkpoint {
        let mut to = self.checkpoint.clone();
        match last {
            None => to.parked.retain(|parked| parked.stream != stream.as_str()),
            Some(last) => {
                let entry = to.parked.iter_mut().find(|parked| parked.stream == stream.as_str());
                if let Some(entry) = entry {
                    (entry.version, entry.position) = (last.version() + 1, last.position() + 1);
                }
            }
        }
        to
    }

    /// The stream stays aside, from this event on.
    fn leave_from(&mut self, event: &RawEvent, error: &ProjectionError) {
        for parked in &mut self.checkpoint.parked {
            if parked.stream == event.stream().as_str() {
                let since = parked.since;
                *parked = Parked { since, ..Parked::from_event(event, error) };
            }
        }
        self.changed = true;
        self.set_aside();
    }

    /// What the checkpoint says is aside.
    fn set_aside(&mut self) {
        let aside = |parked: &Parked| (StreamName::from(parked.stream.as_str()), parked.version);
        self.aside = self.checkpoint.parked.iter().map(aside).collect();
        self.place.report.send_modify(|report| report.parked.clone_from(&self.checkpoint.parked));
    }
}
