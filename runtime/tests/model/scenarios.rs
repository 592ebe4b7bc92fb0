//! What is gone through: small, and each of them there for something.

use crate::{
    rules::ALL,
    state::{Access, Budget, Plan, STREAMS, Scenario, Verdict},
};

/// A command of the first process. `"w.r"` writes A, leaves B alone and reads C; `n` creates.
pub(crate) fn records(access: &str) -> Plan {
    let mut plan = Plan { process: 0, access: [None; STREAMS], verdict: Verdict::Record };
    for (stream, access) in plan.access.iter_mut().zip(access.chars()) {
        *stream = match access {
            'w' => Some(Access::Write),
            'r' => Some(Access::Read),
            'n' => Some(Access::New),
            _ => None,
        };
    }
    plan
}

pub(crate) fn declines(access: &str) -> Plan {
    Plan { verdict: Verdict::Decline, ..records(access) }
}

pub(crate) fn records_and_declines(access: &str) -> Plan {
    Plan { verdict: Verdict::RecordAndDecline, ..records(access) }
}

/// The same in the other process.
pub(crate) fn elsewhere(plan: Plan) -> Plan {
    Plan { process: 1, ..plan }
}

pub(crate) fn scenario(name: &'static str, plans: &[Plan]) -> Scenario {
    Scenario { name, plans: plans.to_vec(), budget: Budget::default(), places: 4, keeps: true, rules: ALL }
}

impl Scenario {
    pub(crate) fn losses(mut self, losses: u8) -> Self {
        self.budget.losses = losses;
        self
    }

    pub(crate) fn crashes(mut self, crashes: u8) -> Self {
        self.budget.crashes = crashes;
        self
    }

    pub(crate) fn cancels(mut self, cancels: u8) -> Self {
        self.budget.cancels = cancels;
        self
    }

    pub(crate) fn evictions(mut self, evictions: u8) -> Self {
        self.budget.evictions = evictions;
        self
    }

    pub(crate) fn places(mut self, places: usize) -> Self {
        self.places = places;
        self
    }

    pub(crate) fn without_cache(mut self) -> Self {
        self.keeps = false;
        self
    }
}

pub(crate) fn hot() -> Scenario {
    scenario("three on a hot stream", &[records("w"), records("w"), records("w")]).cancels(1).evictions(1)
}

pub(crate) fn rivals() -> Scenario {
    scenario("two on a hot stream and a rival", &[records("w"), records("w"), elsewhere(records("w"))]).cancels(1)
}

pub(crate) fn two_against_two() -> Scenario {
    let plans = [records("w"), records("w"), elsewhere(records("w")), elsewhere(records("w"))];
    scenario("two against two", &plans)
}

pub(crate) fn shared_read() -> Scenario {
    scenario("two that read a third stream", &[records("w.r"), records(".wr"), elsewhere(records("w"))])
}

pub(crate) fn cold_readers() -> Scenario {
    scenario("cold readers", &[declines("r"), declines("r"), records("w")]).cancels(1).evictions(1)
}

pub(crate) fn read_and_written() -> Scenario {
    scenario("one stream written, one only read", &[records("w"), declines("wr"), elsewhere(records("ww"))])
}

pub(crate) fn lost() -> Scenario {
    scenario("a lost answer", &[records("w"), records("w"), elsewhere(records("w"))]).losses(1)
}

pub(crate) fn lost_twice() -> Scenario {
    scenario("two lost answers", &[records("w"), records("w")]).losses(2)
}

pub(crate) fn lost_beside_another() -> Scenario {
    scenario("two lost answers beside another stream", &[records("w"), records("w"), records(".w")]).losses(2)
}

pub(crate) fn lost_proof() -> Scenario {
    scenario("a lost proof", &[records("w"), declines("r"), elsewhere(records("w"))]).losses(1).cancels(1)
}

pub(crate) fn crash() -> Scenario {
    scenario("a crash", &[records("ww"), records("w"), elsewhere(records("w"))]).crashes(1)
}

pub(crate) fn new() -> Scenario {
    scenario("a stream created by two", &[records("nw"), records("n"), elsewhere(records(".w"))])
}

pub(crate) fn new_and_lost() -> Scenario {
    let plans = [records("n"), records("n"), elsewhere(records("n"))];
    scenario("a stream created by all", &plans).losses(1).cancels(1)
}

pub(crate) fn one_place() -> Scenario {
    scenario("a queue for one", &[records("w"), records("w"), elsewhere(records("w"))]).places(1).cancels(1)
}

pub(crate) fn taken_back() -> Scenario {
    scenario("recorded and taken back", &[records("w"), records_and_declines("w"), records("w")]).cancels(1)
}

pub(crate) fn overtaken_twice() -> Scenario {
    scenario("two rivals", &[records("w"), elsewhere(records("w")), elsewhere(records("w"))])
}

pub(crate) fn transfers() -> Scenario {
    scenario("transfers", &[records("ww"), records("ww"), elsewhere(records(".w"))])
}

pub(crate) fn uncached() -> Scenario {
    scenario("no cache", &[records("w"), declines("w"), elsewhere(records("w"))]).without_cache().cancels(1)
}

pub(crate) fn stranger_in_between() -> Scenario {
    let plans = [records("w"), records(".w"), records("w"), elsewhere(records("w"))];
    scenario("a stranger in between", &plans)
}

pub(crate) fn out_of_step() -> Scenario {
    let plans = [declines("w"), records("ww"), records(".w"), elsewhere(records("w"))];
    scenario("out of step", &plans)
}
