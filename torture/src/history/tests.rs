//! The checker against histories with one fault each: it has to name every one of them, and nothing where there is none.

use std::collections::BTreeSet;

use super::{
    Answer, Asked, Book, Call, Fact, History, Name, Refusal, Request, Saw, Tailed, check, state::Change,
    violation::Promise,
};
use foldline::CommitId;

const ADA: Name = Name::Account(1);
const BOB: Name = Name::Account(2);
const EVE: Name = Name::Account(3);
const GUARD: Name = Name::Guard(0);

/// A history in the making: every call is answered before the next is asked, by the bank as it is then.
#[derive(Clone, Default)]
struct Story {
    history: History,
    facts: Vec<Fact>,
    clock: u64,
}

impl Story {
    /// A call that is answered with the truth.
    fn call(mut self, request: Request) -> Self {
        let call = self.ask(request, None);
        let request = self.history.asked[&call].request.clone();
        let log = self.book();
        let saw: Vec<Saw> = request.names().into_iter().map(|name| now(&log, name)).collect();
        let answer = match request.decide(&|name| log.at(name, log.head())) {
            Err(refusal) => Answer::Refused { refusal, saw },
            Ok(changes) => {
                let (commit, position) = self.append(call, &changes);
                let log = self.book();
                let versions = saw.iter().map(|saw| (saw.0, log.at(saw.0, log.head()).version)).collect();
                let became = saw.iter().map(|saw| now(&log, saw.0)).collect();
                Answer::Accepted { commit, position, versions, became, saw }
            }
        };
        self.answer(call, answer)
    }

    fn ask(&mut self, request: Request, key: Option<&str>) -> Call {
        let call = Call(0, u32::try_from(self.history.asked.len()).unwrap_or_default());
        self.clock += 10;
        let asked = Asked { at: self.clock, request, key: key.map(Into::into), expected: None, executor: 0 };
        self.history.asked.insert(call, asked);
        call
    }

    fn answer(mut self, call: Call, answer: Answer) -> Self {
        self.clock += 10;
        self.history.answered.insert(call, (self.clock, answer));
        self
    }

    fn append(&mut self, call: Call, changes: &[(Name, Change)]) -> (CommitId, Option<u64>) {
        let commit = CommitId::fresh();
        for (stream, change) in changes {
            let log = self.book();
            let (position, version) = (log.head() + 1, log.at(*stream, log.head()).version + 1);
            let (stream, change) = (*stream, *change);
            self.facts.push(Fact { position, version, stream, commit, call: Some(call), change });
        }
        (commit, Some(self.book().head()).filter(|_| !changes.is_empty()))
    }

    fn book(&self) -> Book {
        Book::new(self.facts.clone())
    }

    fn tail(mut self) -> Self {
        let events = self.facts.iter().map(|fact| (fact.position, fact.version, fact.stream, fact.commit)).collect();
        self.history.tails.push(vec![Tailed { at: self.clock, after: 0, events }]);
        self
    }

    fn doctor(mut self, change: impl FnOnce(&mut Self)) -> Self {
        change(&mut self);
        self
    }

    fn broken(&self) -> Vec<Promise> {
        check(&self.history, &self.book()).into_iter().map(|violation| violation.promise).collect()
    }

    fn last(&mut self) -> &mut Answer {
        let (_, (_, answer)) = self.history.answered.iter_mut().next_back().unwrap_or_else(|| unreachable!("no call"));
        answer
    }
}

fn now(log: &Book, name: Name) -> Saw {
    let state = log.at(name, log.head());
    Saw(name, state.version, state.value)
}

fn open(account: u32, amount: i64) -> Request {
    Request::Open { account, amount }
}

fn transfer(from: u32, to: u32, amount: i64) -> Request {
    Request::Transfer { from, to, amount, guard: 0 }
}

/// Ada has 60, Bob 90, Eve 50, and the guard lets 80 pass.
fn honest() -> Story {
    [open(1, 100), open(2, 50), open(3, 50), Request::Cap { guard: 0, cap: 80 }, transfer(1, 2, 40)]
        .into_iter()
        .fold(Story::default(), Story::call)
}

#[test]
fn an_honest_history_keeps_every_promise() {
    let requests = [
        transfer(1, 2, 90),
        transfer(1, 2, 61),
        transfer(1, 9, 1),
        Request::Share { from: 2, to: BTreeSet::from([1, 3]), amount: 10 },
        Request::Drain { from: 1, beside: 2, to: 3, amount: 100 },
        Request::Point { alias: 0, account: 3 },
        Request::Point { alias: 0, account: 3 },
        Request::Cap { guard: 0, cap: 80 },
        Request::Inspect { accounts: BTreeSet::from([1, 2]), guard: 0, least: 10 },
        Request::Inspect { accounts: BTreeSet::from([1, 2]), guard: 0, least: 10_000 },
    ];
    let story = requests.into_iter().fold(honest(), Story::call).tail();
    assert_eq!(story.broken(), []);
    assert!(story.facts.len() > 10, "something happened");
}

#[test]
fn a_hole_between_positions() {
    let story = honest().doctor(|story| {
        story.facts.remove(2);
    });
    assert_eq!(story.broken(), [Promise::DensePositions]);
}

#[test]
fn a_version_that_comes_twice() {
    let story = honest().doctor(|story| story.facts[4].version = 1);
    assert_eq!(story.broken(), [Promise::DenseVersions]);
}

#[test]
fn money_that_nobody_paid() {
    let story = honest().doctor(|story| story.facts[5].change = Change::Add(41));
    assert!(story.broken().contains(&Promise::Money), "{:?}", story.broken());
}

#[test]
fn half_a_commit() {
    let story = honest().doctor(|story| {
        story.facts.pop();
    });
    assert!(story.broken().contains(&Promise::Decided), "{:?}", story.broken());
}

#[test]
fn a_commit_with_another_inside() {
    let story = honest().call(open(4, 1)).doctor(|story| {
        story.facts.swap(5, 6);
        (story.facts[5].position, story.facts[6].position) = (6, 7);
    });
    assert!(story.broken().contains(&Promise::Whole), "{:?}", story.broken());
}

#[test]
fn an_acknowledged_commit_that_is_gone() {
    let story = honest().doctor(|story| story.facts.truncate(4));
    assert_eq!(story.broken(), [Promise::Durable]);
}

#[test]
fn an_acknowledged_commit_somewhere_else() {
    let story = honest().doctor(|story| {
        if let Answer::Accepted { position, .. } = story.last() {
            *position = Some(5);
        }
    });
    assert_eq!(story.broken(), [Promise::Durable]);
}

#[test]
fn a_version_that_was_answered_wrongly() {
    let story = honest().doctor(|story| {
        if let Answer::Accepted { versions, .. } = story.last() {
            versions[0].1 += 1;
        }
    });
    assert_eq!(story.broken(), [Promise::Durable]);
}

#[test]
fn a_lost_reply_that_doubled_its_commit() {
    let story = honest().doctor(|story| {
        let changes = [(ADA, Change::Add(-40)), (BOB, Change::Add(40))];
        story.append(Call(0, 4), &changes);
    });
    assert!(story.broken().contains(&Promise::NoDouble), "{:?}", story.broken());
}

#[test]
fn a_commit_that_was_reported_as_failed() {
    for denial in [Answer::Nothing("conflict".into()), Answer::Unknown(CommitId::fresh())] {
        let story = honest().doctor(|story| *story.last() = denial);
        assert_eq!(story.broken(), [Promise::Explained]);
    }
}

#[test]
fn a_commit_that_nobody_asked_for() {
    let story = honest().doctor(|story| {
        story.append(Call(7, 7), &[(GUARD, Change::Set(1))]);
    });
    assert_eq!(story.broken(), [Promise::Explained]);
}

#[test]
fn a_commit_whose_caller_never_heard_of_it_is_no_fault() {
    for answer in [None, Some(Answer::Dropped)] {
        let story = honest().doctor(|story| {
            story.history.answered.pop_last();
            story.history.answered.extend(answer.map(|answer| (Call(0, 4), (200, answer))));
        });
        assert_eq!(story.broken(), []);
    }
}

/// What an acceptance saw of a stream that it only read was true a moment before, and no more.
#[test]
fn a_guard_that_changed_between_look_and_commit() {
    let stale = honest().doctor(|story| {
        let call = story.ask(transfer(2, 1, 70), None);
        story.clock += 1;
        *story = std::mem::take(story).call(Request::Cap { guard: 0, cap: 60 });
        let changes = [(BOB, Change::Add(-70)), (ADA, Change::Add(70))];
        let (commit, position) = story.append(call, &changes);
        let saw = vec![Saw(BOB, 2, 90), Saw(ADA, 2, 60), Saw(GUARD, 1, 80)];
        let (versions, became) = (Vec::new(), Vec::new());
        *story = std::mem::take(story).answer(call, Answer::Accepted { commit, position, versions, became, saw });
    });
    assert_eq!(stale.broken(), [Promise::Decided]);
}

#[test]
fn an_event_that_does_not_follow_from_what_was_seen() {
    let story = honest().doctor(|story| {
        story.facts[4].change = Change::Add(-30);
        story.facts[5].change = Change::Add(30);
    });
    assert!(story.broken().contains(&Promise::Decided), "{:?}", story.broken());
}

#[test]
fn a_copy_of_a_state_that_never_was() {
    let story = honest().doctor(|story| {
        if let Answer::Accepted { became, .. } = story.last() {
            became[0].2 += 1;
        }
    });
    assert_eq!(story.broken(), [Promise::Decided]);
}

#[test]
fn a_rejection_for_what_never_became_durable() {
    let story = honest().call(transfer(1, 2, 61)).doctor(|story| {
        if let Answer::Refused { saw, .. } = story.last() {
            saw[0] = Saw(ADA, 3, 20);
        }
    });
    assert_eq!(story.broken(), [Promise::Decided]);
}

#[test]
fn a_rejection_that_was_right_too_early() {
    let story = honest().doctor(|story| {
        let call = story.ask(transfer(2, 1, 60), None);
        // As Bob was before he was paid, and that had been acknowledged.
        let saw = vec![Saw(BOB, 1, 50), Saw(ADA, 2, 60), Saw(GUARD, 1, 80)];
        *story = std::mem::take(story).answer(call, Answer::Refused { refusal: Refusal::Poor, saw });
    });
    assert_eq!(story.broken(), [Promise::Decided]);
}

#[test]
fn a_rejection_from_streams_that_never_stood_together() {
    let story = honest().call(transfer(2, 3, 10)).doctor(|story| {
        let accounts = BTreeSet::from([1, 2]);
        let call = story.ask(Request::Inspect { accounts, guard: 0, least: 145 }, None);
        // All was seen while the call was under way, but never at once.
        story.history.asked.entry(call).and_modify(|asked| asked.at = 0);
        let saw = vec![Saw(ADA, 2, 60), Saw(BOB, 1, 50), Saw(GUARD, 1, 80)];
        *story = std::mem::take(story).answer(call, Answer::Refused { refusal: Refusal::Poor, saw });
    });
    assert_eq!(story.broken(), [Promise::Decided]);
}

#[test]
fn a_refusal_that_the_log_contradicts() {
    for refusal in [Refusal::NotFound(ADA), Refusal::AlreadyExists(Name::Account(9)), Refusal::Capped] {
        let story = honest().doctor(|story| {
            let call = story.ask(transfer(1, 2, 10), None);
            *story = std::mem::take(story).answer(call, Answer::Refused { refusal, saw: Vec::new() });
        });
        assert_eq!(story.broken(), [Promise::Decided], "{refusal:?}");
    }
}

#[test]
fn an_acceptance_without_events_of_what_was_not_so() {
    let story = honest().call(Request::Cap { guard: 0, cap: 80 }).doctor(|story| {
        story.history.asked.entry(Call(0, 5)).and_modify(|asked| asked.request = Request::Cap { guard: 0, cap: 70 });
    });
    assert_eq!(story.broken(), [Promise::Decided]);
}

#[test]
fn a_read_that_misses_what_was_acknowledged_before_it() {
    let story = honest().doctor(|story| {
        let call = story.ask(Request::Look { account: 1 }, None);
        *story = std::mem::take(story).answer(call, Answer::Looked(Saw(ADA, 1, 100)));
    });
    assert_eq!(story.broken(), [Promise::Decided]);
}

#[test]
fn a_commit_in_front_of_one_that_was_answered_before_it_was_asked() {
    let story = honest().doctor(|story| {
        let late = story.clock + 1000;
        story.history.asked.entry(Call(0, 2)).and_modify(|asked| asked.at = late);
        story.history.answered.entry(Call(0, 2)).and_modify(|(at, _)| *at = late + 10);
    });
    assert_eq!(story.broken(), [Promise::RealTime]);
}

#[test]
fn a_key_that_took_effect_twice() {
    let story = honest().doctor(|story| {
        for call in [Call(0, 1), Call(0, 2)] {
            story.history.asked.entry(call).and_modify(|asked| asked.key = Some("key".into()));
        }
    });
    assert_eq!(story.broken(), [Promise::Once]);
}

#[test]
fn a_key_that_answers_another_outcome_than_the_first() {
    let replay = |commit: Option<CommitId>, request: Request| {
        honest().doctor(|story| {
            let first = story.facts[1].commit;
            story.history.asked.entry(Call(0, 1)).and_modify(|asked| asked.key = Some("key".into()));
            let call = story.ask(request, Some("key"));
            let (commit, position) = (commit.unwrap_or(first), commit.map_or(Some(2), |_| None));
            *story =
                std::mem::take(story).answer(call, Answer::Replayed { commit, position, versions: vec![(BOB, 1)] });
        })
    };
    assert_eq!(replay(None, open(2, 50)).broken(), []);
    assert_eq!(replay(Some(CommitId::fresh()), open(2, 50)).broken(), [Promise::Once]);
    assert_eq!(replay(None, open(2, 51)).broken(), [Promise::Once]);
}

#[test]
fn a_key_that_is_refused_to_the_command_it_stands_for() {
    let story = honest().doctor(|story| {
        let first = story.facts[2].commit;
        story.history.asked.entry(Call(0, 2)).and_modify(|asked| asked.key = Some("key".into()));
        let call = story.ask(open(3, 50), Some("key"));
        *story = std::mem::take(story).answer(call, Answer::KeyReused(first));
    });
    assert_eq!(story.broken(), [Promise::Once]);
}

#[test]
fn a_reader_that_missed_an_event_or_was_told_another() {
    let missed = honest().tail().doctor(|story| {
        story.history.tails[0][0].events.remove(2);
    });
    assert_eq!(missed.broken(), [Promise::Tailed]);
    let told = honest().tail().doctor(|story| story.history.tails[0][0].events[3].2 = EVE);
    assert_eq!(told.broken(), [Promise::Tailed]);
    let rolled_back = honest().tail().doctor(|story| {
        story.facts.truncate(4);
        story.history.answered.remove(&Call(0, 4));
    });
    assert_eq!(rolled_back.broken(), [Promise::Tailed]);
}

#[test]
fn a_story_names_the_call_what_it_saw_and_what_the_log_says() {
    let story = honest().call(transfer(1, 2, 61)).doctor(|story| {
        if let Answer::Refused { saw, .. } = story.last() {
            saw[0] = Saw(ADA, 3, 20);
        }
    });
    let told: Vec<String> = check(&story.history, &story.book()).iter().map(ToString::to_string).collect();
    let expected = "a decision that was never right
    it was to be decided at a position from 6 to 6, and was right at none of them
    call 0.5 (executor 0) at 0.000000 s: Transfer { from: 1, to: 2, amount: 61, guard: 0 }
      saw account-1 at version 3 with 20
      saw account-2 at version 2 with 90
      saw guard-0 at version 1 with 80
      was answered at 0.000000 s: refused, Poor
      account-1 never had a version 3
      account-2 was at version 2 from position 6 to the end
      guard-0 was at version 1 from position 4 to the end";
    assert_eq!(told, [expected]);
}
