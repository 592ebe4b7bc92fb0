//! Asks an executor for what a request says, and puts its answer in the words of a record.

use std::{collections::BTreeSet, time::Duration};

use crate::history::{Answer, Asked, Call, Name, Refusal, Request, Saw};
use foldline::{Command, StreamName, prelude::*};

use crate::bank::{AccountId, AliasId, Cap, Drain, GuardId, Inspect, No, Open, Pay, Point, Share, Transfer, Witness};

/// How a call is made, beside what it asks for.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Manner {
    pub(crate) timeout: Duration,
    /// Whether the states are asked for as well.
    pub(crate) with_states: bool,
}

pub(crate) async fn act(bank: &Executor, call: Call, asked: &Asked, manner: Manner) -> Answer {
    let witness = Witness::default();
    let saw = || witness.clone();
    let accounts = |numbers: &BTreeSet<u32>| numbers.iter().copied().map(AccountId).collect();
    match asked.request.clone() {
        Request::Open { account, amount } => {
            let command = Open { account: AccountId(account), amount, witness: saw() };
            execute(bank, call, asked, manner, command, &witness).await
        }
        Request::Transfer { from, to, amount, guard } => {
            let (from, to, guard) = (AccountId(from), AccountId(to), GuardId(guard));
            let command = Transfer { from, to, guard, amount, witness: saw() };
            execute(bank, call, asked, manner, command, &witness).await
        }
        Request::Share { from, to, amount } => {
            let command = Share { from: AccountId(from), to: accounts(&to), amount, witness: saw() };
            execute(bank, call, asked, manner, command, &witness).await
        }
        Request::Drain { from, beside, to, amount } => {
            let (from, beside, to) = (AccountId(from), AccountId(beside), AccountId(to));
            let command = Drain { from, beside, to, amount, witness: saw() };
            execute(bank, call, asked, manner, command, &witness).await
        }
        Request::Pay { from, alias, amount } => {
            let command = Pay { from: AccountId(from), alias: AliasId(alias), amount, witness: saw() };
            execute(bank, call, asked, manner, command, &witness).await
        }
        Request::Point { alias, account } => {
            let command = Point { alias: AliasId(alias), account: AccountId(account), witness: saw() };
            execute(bank, call, asked, manner, command, &witness).await
        }
        Request::Cap { guard, cap } => {
            let command = Cap { guard: GuardId(guard), cap, witness: saw() };
            execute(bank, call, asked, manner, command, &witness).await
        }
        Request::Inspect { accounts: numbers, guard, least } => {
            let (accounts, guard) = (accounts(&numbers), GuardId(guard));
            let command = Inspect { accounts, guard, least, witness: saw() };
            execute(bank, call, asked, manner, command, &witness).await
        }
        Request::Look { account } => match bank.load(&AccountId(account)).await {
            Ok(Some(loaded)) => Answer::Looked(Saw(Name::Account(account), loaded.version(), loaded.value)),
            Ok(None) => Answer::Looked(Saw(Name::Account(account), 0, 0)),
            Err(error) => of_store(error),
        },
    }
}

async fn execute<C: Command<Error = No>>(
    bank: &Executor,
    call: Call,
    asked: &Asked,
    manner: Manner,
    command: C,
    witness: &Witness,
) -> Answer {
    let mut execution = bank.execute(command).correlation(call).timeout(manner.timeout);
    if let Some(key) = &asked.key {
        execution = execution.idempotency_key(key);
    }
    if let Some((stream, version)) = asked.expected {
        execution = match stream {
            Name::Account(number) => execution.if_version(&AccountId(number), version),
            Name::Guard(number) => execution.if_version(&GuardId(number), version),
            Name::Alias(number) => execution.if_version(&AliasId(number), version),
        };
    }
    for stream in asked.request.names().into_iter().filter(|_| manner.with_states) {
        execution = match stream {
            Name::Account(number) => execution.with_state(&AccountId(number)),
            Name::Guard(number) => execution.with_state(&GuardId(number)),
            Name::Alias(number) => execution.with_state(&AliasId(number)),
        };
    }
    match execution.await {
        Ok(done) => accepted(&done, asked, witness),
        Err(error) => refused(&error, witness),
    }
}

fn accepted(done: &Committed, asked: &Asked, witness: &Witness) -> Answer {
    let saw = witness.saw();
    let names: BTreeSet<Name> = asked.request.names().into_iter().chain(saw.iter().map(|saw| saw.0)).collect();
    let version = |name| match name {
        Name::Account(number) => done.version(&AccountId(number)),
        Name::Guard(number) => done.version(&GuardId(number)),
        Name::Alias(number) => done.version(&AliasId(number)),
    };
    let value = |name| match name {
        Name::Account(number) => done.state(&AccountId(number)).map(|state| state.value),
        Name::Guard(number) => done.state(&GuardId(number)).map(|state| state.value),
        Name::Alias(number) => done.state(&AliasId(number)).map(|state| state.value),
    };
    let versions: Vec<(Name, u64)> = names.iter().filter_map(|name| Some((*name, version(*name)?))).collect();
    let (commit, position) = (done.id(), done.position());
    if done.replayed() {
        return Answer::Replayed { commit, position, versions };
    }
    let became = versions.iter().filter_map(|(name, version)| Some(Saw(*name, *version, value(*name)?))).collect();
    Answer::Accepted { commit, position, versions, became, saw }
}

fn refused(error: &ExecuteError<No>, witness: &Witness) -> Answer {
    // Only a rejection comes from `decide`: what that saw in an earlier attempt says nothing about any other refusal.
    let early = |refusal: Refusal| Answer::Refused { refusal, saw: Vec::new() };
    let name = |stream: &StreamName| stream.as_str().parse::<Name>();
    let refusal = match error {
        ExecuteError::Rejected(no) => {
            let refusal = match no {
                No::Poor => Refusal::Poor,
                No::Capped => Refusal::Capped,
                No::NotOpen => Refusal::NotOpen,
            };
            return Answer::Refused { refusal, saw: witness.saw() };
        }
        ExecuteError::NotFound { stream } => name(stream).map(Refusal::NotFound),
        ExecuteError::AlreadyExists { stream } => name(stream).map(Refusal::AlreadyExists),
        ExecuteError::SameStream { stream, .. } => name(stream).map(Refusal::SameStream),
        ExecuteError::VersionMismatch { stream, actual, .. } => {
            name(stream).map(|name| Refusal::VersionMismatch(name, *actual))
        }
        ExecuteError::KeyReused { commit, .. } => return Answer::KeyReused(*commit),
        ExecuteError::Timeout { commit: Some(commit), .. } => return Answer::Unknown(*commit),
        ExecuteError::Conflict { .. } => return Answer::Nothing("conflict".into()),
        ExecuteError::Timeout { commit: None, .. } => return Answer::Nothing("timeout".into()),
        ExecuteError::Store(error) => return of_store(error.clone()),
        other => Err(other.to_string()),
    };
    refusal.map_or_else(Answer::Failed, early)
}

fn of_store(error: StoreError) -> Answer {
    match error {
        StoreError::Unknown { commit, .. } => Answer::Unknown(commit),
        error if error.is_transient() => Answer::Nothing("unavailable".into()),
        error => Answer::Failed(error.to_string()),
    }
}
