//! The rules that keep the protocol right. Each can be taken out, to see what then goes wrong.

/// Numbered as the promise they keep is argued: see `docs/adr/0013-the-protocol-model.md`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Rules {
    /// 1: an expectation names the commit of the last event that was seen, and not its version alone.
    pub(crate) names_commits: bool,
    /// 2: what does not stand on the batch's running state is held for the next batch,
    pub(crate) holds_the_unfitting: bool,
    /// 2: … with the later commits that share a stream with it.
    pub(crate) holds_what_shares: bool,
    /// 2: whatever saw what a refused commit of the batch wrote is refused.
    pub(crate) refusals_spread: bool,
    /// 2: to have read what a refused commit read is no reason.
    pub(crate) shared_read_is_no_bond: bool,
    /// 3: who stands on a failed commit decides again before it submits,
    pub(crate) looks_before_submitting: bool,
    /// 3: … with no failure between the look and the submission,
    pub(crate) submits_at_once: bool,
    /// 3: … and leaves its states for the next one before it opens its lanes,
    pub(crate) leaves_states: bool,
    /// 3: … and gives its place in the queue back before it waits for a lane again.
    pub(crate) waits_without_a_place: bool,
    /// 4: whether a slot's state is good is read from its ticket, and never told to it.
    pub(crate) validity_is_read: bool,
    /// 4: when a commit fails, what is queued on it fails with it.
    pub(crate) failure_takes_dependents: bool,
    /// 5: a refusal drops the states that it has shown to be wrong.
    pub(crate) refusal_drops: bool,
    /// 6: only what is durable is a base to load upon.
    pub(crate) base_is_durable: bool,
    /// 7: a slot whose commit is under way is not evicted.
    pub(crate) pending_is_pinned: bool,
    /// 7: nobody loads beneath a commit that is under way.
    pub(crate) loads_wait: bool,
    /// 8: a rejection is answered once the log has confirmed what it saw.
    pub(crate) proves_rejections: bool,
    /// 8: only the log itself says that a stream exists already.
    pub(crate) log_says_exists: bool,
    /// 9: a batch whose answer was lost is sent again with the head that was known before,
    pub(crate) sends_known_head: bool,
    /// 9: … and not only looked for.
    pub(crate) sends_again: bool,
    /// 9: what a writer knows of the streams that it wrote counts if the log ends where it did then,
    pub(crate) asks_where_the_log_ends: bool,
    /// 9: … and is forgotten once somebody else has appended.
    pub(crate) forgets_after_strangers: bool,
    /// 10: a commit that was given up is unknown, and not failed.
    pub(crate) given_up_is_unknown: bool,
    /// 10: … and takes what is queued on it with it.
    pub(crate) unknown_takes_dependents: bool,
    /// 11: a command that is cancelled opens its lanes, whatever it was doing,
    pub(crate) cancelled_lets_go: bool,
    /// 11: … and leaves no state of its own behind.
    pub(crate) cancelled_leaves_nothing: bool,
}

pub(crate) const ALL: Rules = Rules {
    names_commits: true,
    holds_the_unfitting: true,
    holds_what_shares: true,
    refusals_spread: true,
    shared_read_is_no_bond: true,
    looks_before_submitting: true,
    submits_at_once: true,
    leaves_states: true,
    waits_without_a_place: true,
    validity_is_read: true,
    failure_takes_dependents: true,
    refusal_drops: true,
    base_is_durable: true,
    pending_is_pinned: true,
    loads_wait: true,
    proves_rejections: true,
    log_says_exists: true,
    sends_known_head: true,
    sends_again: true,
    asks_where_the_log_ends: true,
    forgets_after_strangers: true,
    given_up_is_unknown: true,
    unknown_takes_dependents: true,
    cancelled_lets_go: true,
    cancelled_leaves_nothing: true,
};
