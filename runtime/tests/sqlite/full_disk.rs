//! A file that cannot grow, and then can: what a disk without room does to it, and without another disk to try it on.
//!
//! A process's own limit on the size of a file stands for the disk. Its signal has to be ignored from the start, which a shell
//! does: so all this happens in a process of its own.

use std::{env, fs, process::Command, time::Duration};

use foldline_runtime::{
    SqliteOptions, SqliteStore,
    storage::{Commit, Outcome, Seen, Store, WriterOptions},
};
use rustix::process::{Resource, getrlimit, setrlimit};

use crate::support::{Place, Tested, accepted, assert_once, commit, first, settle};

const INSIDE: &str = "FOLDLINE_TEST_LIMITED";

#[test]
fn a_commit_that_the_disk_did_not_take_is_not_lost_and_not_doubled() -> Tested {
    let inside = Command::new("sh")
        .args(["-c", "trap '' XFSZ; exec \"$0\" --exact full_disk::limited --nocapture"])
        .arg(env::current_exe()?)
        .env(INSIDE, "yes")
        .output()?;
    let said = String::from_utf8_lossy(&inside.stdout).into_owned() + &String::from_utf8_lossy(&inside.stderr);
    assert!(inside.status.success() && said.contains("as it should be"), "{said}");
    Ok(())
}

fn limit(bytes: Option<u64>) -> Tested {
    let mut limit = getrlimit(Resource::Fsize);
    limit.current = bytes;
    Ok(setrlimit(Resource::Fsize, limit)?)
}

/// The process with a limit. It does nothing unless the test above started it.
#[tokio::test]
async fn limited() -> Tested {
    if env::var(INSIDE).is_err() {
        return Ok(());
    }
    let place = Place::fresh()?;
    let mut impatient = WriterOptions::default();
    impatient.patience = Duration::ZERO;
    let patient = SqliteStore::open_with(&place.path, SqliteOptions::production()).await?;
    let other = SqliteStore::open_with(&place.path, SqliteOptions::production().writer(impatient)).await?;
    let mut receipts = vec![accepted(&patient, &first("s-before")).await?];

    // It has no room for another commit, and half a page to begin one in.
    let wal = place.path.with_extension("db-wal");
    limit(Some(fs::metadata(&wal)?.len() + 2048))?;
    let ticket = patient.submit(patient.reserve().await?, first("s-patient"));
    let given_up: Commit = first("s-given-up");
    let outcome = settle(&other, &given_up).await;
    assert!(matches!(outcome, Outcome::Unknown(_)), "nobody knows what the disk has: {outcome:?}");
    assert_eq!(other.head().await?, 1, "what is there can be read all the while");

    limit(None)?;
    let Outcome::Committed(receipt) = ticket.outcome().await else { return Err("it was not sent again".into()) };
    let seen = Seen::At { version: 1, commit: receipt.id };
    receipts.push(receipt);
    receipts.push(accepted(&other, &commit(&[("s-patient", seen)], 1)).await?);
    assert_once(&other, &receipts).await?;
    assert_eq!(other.find_commit(given_up.id()).await?, None);
    println!("as it should be");
    Ok(())
}
