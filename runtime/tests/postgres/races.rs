//! Two processes race, each a program of its own: exactly one of them wins.

use std::{
    collections::HashSet,
    env,
    io::{BufRead, BufReader, Write},
    process::{Child, ChildStdout, Command, Stdio},
};

use foldline_runtime::storage::{Outcome, Refusal, Seen, Store};

use crate::support::{Failure, Place, Tested, commit};

const ROUNDS: usize = 100;
const RACE: &str = "FOLDLINE_TEST_RACE";

/// The other process. It does nothing unless the race below started it.
#[tokio::test]
async fn racer() -> Tested {
    let Ok(race) = env::var(RACE) else { return Ok(()) };
    let told: Vec<&str> = race.split('|').collect();
    let [kind, side, schema, url] = told[..] else { return Err("four words".into()) };
    let store = Place::of_another(url, schema).store().await?;
    let mut tickets = Vec::new();
    for n in 0..ROUNDS {
        let (left, right) = (format!("left-{n}"), format!("right-{n}"));
        let (mine, others) = if side == "0" { (&left, &right) } else { (&right, &left) };
        let commit = match kind {
            // Each writes one stream and only reads the other.
            "skew" => commit(&[(mine, Seen::Nothing), (others, Seen::Nothing)], 1),
            // Both want to be the first on one stream.
            _ => commit(&[(&left, Seen::Nothing)], 1),
        };
        tickets.push((n, store.submit(store.reserve().await?, commit)));
    }
    println!("\nready");
    for (n, ticket) in tickets {
        match ticket.outcome().await {
            Outcome::Committed(_) => println!("won {n}"),
            Outcome::Refused(Refusal::Stale { actual: Some(1), .. }) => println!("lost {n}"),
            other => return Err(format!("{other:?}").into()),
        }
    }
    println!("done");
    std::io::stdout().flush()?;
    Ok(())
}

fn start(kind: &str, side: usize, place: &Place) -> Result<(Child, BufReader<ChildStdout>), Failure> {
    let mut child = Command::new(env::current_exe()?)
        .args(["--exact", "races::racer", "--nocapture"])
        .env(RACE, format!("{kind}|{side}|{}|{}", place.schema, place.url))
        .stdout(Stdio::piped())
        .spawn()?;
    let mut said = BufReader::new(child.stdout.take().ok_or("no pipe")?);
    let mut line = String::new();
    while line.trim_end() != "ready" {
        line.clear();
        if said.read_line(&mut line)? == 0 {
            return Err("the racer ended before it was ready".into());
        }
    }
    Ok((child, said))
}

fn wins(mut child: Child, said: BufReader<ChildStdout>) -> Result<HashSet<usize>, Failure> {
    let lines: Vec<String> = said.lines().collect::<Result<_, _>>()?;
    assert!(child.wait()?.success() && lines.iter().any(|line| line == "done"), "{lines:?}");
    Ok(lines.iter().filter_map(|line| line.strip_prefix("won ")?.parse().ok()).collect())
}

async fn exactly_one_wins(kind: &str) -> Tested {
    let place = Place::fresh()?;
    let store = place.store().await?;
    // Neither gets ahead: both have their batch at the server before the lock is free.
    let mut holder = place.connection().await?;
    place.sql(&mut holder, "begin; select * from $schema.append_lock for update").await?;
    let racers = [start(kind, 0, &place)?, start(kind, 1, &place)?];
    place.sql(&mut holder, "commit").await?;
    let [left, right] = racers.map(|(child, said)| wins(child, said));
    let (left, right) = (left?, right?);
    assert!(left.is_disjoint(&right), "both won {:?}", left.intersection(&right));
    assert_eq!(left.len() + right.len(), ROUNDS, "nobody won some");
    assert_eq!(store.head().await?, ROUNDS as u64);
    Ok(())
}

#[tokio::test]
async fn write_skew_through_a_stream_that_is_only_read_is_refused() -> Tested {
    exactly_one_wins("skew").await
}

#[tokio::test]
async fn one_of_two_wins_a_new_stream() -> Tested {
    exactly_one_wins("new").await
}
