//! The one task that appends: gathers what waits, sends it, and answers.

use std::{
    collections::{HashSet, VecDeque},
    sync::Arc,
    time::Duration,
};

use tokio::{
    sync::{mpsc, watch},
    task::yield_now,
    time::{Instant, sleep},
};
use tracing::Instrument;

use super::{
    batch::{Batch, Verdict},
    driver::{Driver, Fault},
    ends::Ends,
    gauge::Load,
    meter::Meter,
    options::WriterOptions,
    plan::{Plan, Room, Waiting, plan},
};
use crate::{
    error::StoreError,
    id::CommitId,
    store::{Commit, Failures, Outcome, Place, Refusal, Settle},
};

/// Who waits for a commit, and the room that it takes up meanwhile.
#[derive(Debug)]
pub(super) struct Waiter {
    pub(super) settle: Settle,
    /// When it was submitted.
    pub(super) since: std::time::Instant,
    pub(super) _place: Place,
    pub(super) _load: Load,
}

pub(super) type Submission = Waiting<Waiter>;

#[derive(Debug)]
pub(super) struct Service<D> {
    driver: Arc<D>,
    incoming: mpsc::UnboundedReceiver<Submission>,
    queue: VecDeque<Submission>,
    /// Commits that came to nothing since the last plan: what waits may stand on them.
    failed: HashSet<CommitId>,
    /// The log reaches at least this far.
    head: u64,
    ends: Ends,
    /// How many were answered last: they are who may be about to submit again.
    answered: usize,
    announce: watch::Sender<u64>,
    meter: Arc<Meter>,
    failures: Failures,
    options: WriterOptions,
}

/// Commits on their way, and whether they may have arrived already.
struct Shipment {
    commits: VecDeque<Submission>,
    /// The head that was known before they were first sent, once an answer to them was lost.
    doubt: Option<u64>,
}

/// Why a batch has no verdicts.
enum Stuck {
    /// Some commit of it cannot be stored.
    Poisoned(StoreError),
    /// The database stayed away for too long.
    GaveUp(StoreError),
}

const FIRST_PAUSE: Duration = Duration::from_millis(5);
const LONGEST_PAUSE: Duration = Duration::from_millis(500);

impl<D: Driver> Service<D> {
    pub(super) fn new(
        driver: Arc<D>,
        incoming: mpsc::UnboundedReceiver<Submission>,
        announce: watch::Sender<u64>,
        meter: Arc<Meter>,
        failures: Failures,
        options: WriterOptions,
    ) -> Self {
        let head = *announce.borrow();
        Self {
            driver,
            incoming,
            queue: VecDeque::new(),
            failed: HashSet::new(),
            head,
            ends: Ends::default(),
            answered: 0,
            announce,
            meter,
            failures,
            options,
        }
    }

    /// Runs until everybody who could submit is gone, and everything submitted is answered.
    pub(super) async fn run(mut self) {
        while self.gather().await {
            let commits = std::mem::take(&mut self.queue);
            let room = Room { commits: self.options.batch_commits, bytes: self.options.batch_bytes };
            let mut plan = plan(commits, &mut self.failed, room);
            // Whoever stands on these was submitted before they failed, and is in this plan: nobody submits on what has
            // failed. So the set need not outlive it.
            self.failed.clear();
            self.queue = std::mem::take(&mut plan.held);
            self.settle_doomed(&mut plan, None);
            let planned = plan.waiters.first().map(|(waiter, _)| waiter.since);
            self.meter.under_way(planned.into_iter().chain(self.first_held()).min());
            self.meter.sent(plan.waiters.iter().map(|(waiter, _)| waiter.since));
            self.send(plan).await;
            self.meter.under_way(self.first_held());
        }
        self.driver.close().await;
    }

    /// Waits for something to do, then lets everyone who is about to submit do so: yields until as many are back as were
    /// answered last, or the queue stops growing.
    ///
    /// No timer: whoever is alone is sent at once, without even a turn of the scheduler.
    async fn gather(&mut self) -> bool {
        let known = self.queue.len().saturating_add(std::mem::take(&mut self.answered));
        if self.queue.is_empty() {
            match self.incoming.recv().await {
                Some(first) => self.queue.push_back(first),
                None => return false,
            }
        }
        self.take_what_came();
        while self.queue.len() < known.min(self.options.batch_commits) {
            let before = self.queue.len();
            yield_now().await;
            self.take_what_came();
            if self.queue.len() == before {
                break;
            }
        }
        true
    }

    /// When the first of those that wait for another batch was submitted.
    fn first_held(&self) -> Option<std::time::Instant> {
        self.queue.front().map(|held| held.waiter.since)
    }

    fn take_what_came(&mut self) {
        while let Ok(next) = self.incoming.try_recv() {
            self.queue.push_back(next);
        }
    }

    async fn send(&mut self, first: Plan<Waiter>) {
        let mut shipments = Vec::new();
        self.ship(first, None, &mut shipments).await;
        while let Some(Shipment { commits, doubt }) = shipments.pop() {
            let everything = Room { commits: usize::MAX, bytes: usize::MAX };
            let mut plan = plan(commits, &mut self.failed, everything);
            self.settle_doomed(&mut plan, doubt);
            let held = std::mem::take(&mut plan.held);
            if !held.is_empty() {
                shipments.push(Shipment { commits: held, doubt });
            }
            self.ship(plan, doubt, &mut shipments).await;
        }
    }

    /// Sends one batch until it is answered. What has to be sent in smaller parts goes onto `shipments`, the first on top.
    async fn ship(&mut self, plan: Plan<Waiter>, doubt: Option<u64>, shipments: &mut Vec<Shipment>) {
        let Plan { mut batch, waiters, .. } = plan;
        if batch.commits().is_empty() {
            return;
        }
        batch.known_head = doubt;
        self.ends.vouch(&mut batch);
        let answer = self.append(&mut batch).await;
        let (doubt, alone) = (batch.known_head, batch.commits().len() == 1);
        match answer {
            Ok(verdicts) => {
                match doubt {
                    None => self.ends.learn(batch.commits.iter().zip(&verdicts)),
                    Some(_) => self.ends.forget(),
                }
                let failures = self.failures.clone();
                let _failing = verdicts.iter().any(Verdict::is_refusal).then(|| failures.begin());
                let mut again = VecDeque::new();
                for ((commit, (waiter, weight)), verdict) in batch.commits.into_iter().zip(waiters).zip(verdicts) {
                    match verdict {
                        Verdict::Committed(position) => self.committed(&commit, position, waiter),
                        Verdict::Refused(refusal) => self.fail(&commit, waiter, Outcome::Refused(refusal)),
                        Verdict::Again => again.push_back(Waiting { commit, waiter, weight }),
                    }
                }
                // In front of whatever was submitted later, for that may stand on it.
                again.append(&mut self.queue);
                self.queue = again;
                self.meter.reaches(self.head);
                self.announce.send_if_modified(|told| std::mem::replace(told, self.head) != self.head);
            }
            Err(Stuck::Poisoned(_)) if !alone => {
                let mut commits: VecDeque<Submission> = batch
                    .commits
                    .into_iter()
                    .zip(waiters)
                    .map(|(commit, (waiter, weight))| Waiting { commit, waiter, weight })
                    .collect();
                let rest = commits.split_off(commits.len() / 2);
                shipments.push(Shipment { commits: rest, doubt });
                shipments.push(Shipment { commits, doubt });
            }
            Err(Stuck::Poisoned(error) | Stuck::GaveUp(error)) => {
                let outcome = if doubt.is_some() { Outcome::Unknown(error) } else { Outcome::Failed(error) };
                let failures = self.failures.clone();
                let _failing = failures.begin();
                for (commit, (waiter, _)) in batch.commits.into_iter().zip(waiters) {
                    self.fail(&commit, waiter, outcome.clone());
                }
            }
        }
    }

    /// Sends the very same batch until there is an answer, or no patience left.
    async fn append(&self, batch: &mut Batch) -> Result<Vec<Verdict>, Stuck> {
        let (began, mut pause) = (Instant::now(), FIRST_PAUSE);
        loop {
            let sent = self.meter.clock();
            let (log, commits) = (self.driver.name(), batch.commits().len());
            let span = tracing::debug_span!(target: "foldline", "batch", log, commits);
            let answer = self.driver.append(batch).instrument(span).await;
            self.meter.answered(sent);
            let error = match answer {
                Ok(verdicts) => return Ok(verdicts),
                Err(Fault::Unstored(error)) if !error.is_transient() => return Err(Stuck::Poisoned(error)),
                Err(Fault::Unstored(error)) => error,
                Err(Fault::Lost(error)) => {
                    batch.known_head.get_or_insert(self.head);
                    error
                }
            };
            if began.elapsed() + pause > self.options.patience {
                return Err(Stuck::GaveUp(error));
            }
            sleep(pause.mul_f64(0.5 + fastrand::f64() / 2.0)).await;
            pause = (pause * 2).min(LONGEST_PAUSE);
            self.meter.again();
        }
    }

    fn committed(&mut self, commit: &Commit, position: Option<u64>, waiter: Waiter) {
        self.head = self.head.max(position.unwrap_or(0));
        self.answered += 1;
        waiter.settle.settle(Outcome::Committed(commit.receipt(position)));
    }

    fn fail(&mut self, commit: &Commit, waiter: Waiter, outcome: Outcome) {
        if !commit.events().is_empty() {
            self.failed.insert(commit.id());
        }
        self.answered += 1;
        waiter.settle.settle(outcome);
    }

    /// What stands on a failed commit fails with it, unless it was in the lost batch itself and may be stored.
    fn settle_doomed(&mut self, plan: &mut Plan<Waiter>, doubt: Option<u64>) {
        if plan.doomed.is_empty() {
            return;
        }
        // All at once: else one of them that is told would stand on the next, which is not, and so on for ever.
        let failures = self.failures.clone();
        let _failing = failures.begin();
        for (Waiting { commit, waiter, .. }, stream) in plan.doomed.drain(..) {
            let outcome = if doubt.is_some() {
                let context = "what it stands on was given up while its answer was lost".into();
                Outcome::Unknown(StoreError::Unavailable { context, source: None })
            } else {
                Outcome::Refused(Refusal::Stale { stream, actual: None })
            };
            self.fail(&commit, waiter, outcome);
        }
    }
}
