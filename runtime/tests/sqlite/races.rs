//! Several processes work on one file, each a program of its own.

use std::{
    collections::HashSet,
    env,
    io::{BufRead, BufReader, Write},
    path::Path,
    process::{Child, ChildStdout, Command, Stdio},
};

use foldline_runtime::{
    SqliteOptions, SqliteStore,
    storage::{Outcome, Refusal, Seen, Store},
};

use crate::support::{Failure, Place, Tested, commit, log, sql};

const ROUNDS: usize = 100;
const RACE: &str = "FOLDLINE_TEST_RACE";

/// The other process. It does nothing unless a race below started it.
#[tokio::test]
async fn racer() -> Tested {
    let Ok(race) = env::var(RACE) else { return Ok(()) };
    let told: Vec<&str> = race.splitn(3, '|').collect();
    let [kind, side, path] = told[..] else { return Err("three words".into()) };
    let store = SqliteStore::open_with(path, SqliteOptions::development()).await?;
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

fn start(kind: &str, side: usize, path: &Path) -> Result<(Child, BufReader<ChildStdout>), Failure> {
    let mut child = Command::new(env::current_exe()?)
        .args(["--exact", "races::racer", "--nocapture"])
        .env(RACE, format!("{kind}|{side}|{}", path.display()))
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
    // Neither gets ahead: both wait for the write lock before it is free.
    let mut holder = place.connection().await?;
    sql(&mut holder, "begin immediate").await?;
    let racers = [start(kind, 0, &place.path)?, start(kind, 1, &place.path)?];
    sql(&mut holder, "commit").await?;
    let [left, right] = racers.map(|(child, said)| wins(child, said));
    let (left, right) = (left?, right?);
    assert!(left.is_disjoint(&right), "both won {:?}", left.intersection(&right));
    assert_eq!(left.len() + right.len(), ROUNDS, "nobody won some");
    let positions: Vec<u64> = log(&store).await?.iter().map(foldline_runtime::RawEvent::position).collect();
    assert_eq!(positions, (1..=ROUNDS as u64).collect::<Vec<_>>());
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
