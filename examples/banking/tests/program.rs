//! The program itself, as its user runs it.

use std::{
    error::Error,
    io::{BufRead, BufReader},
    process::{Command, Stdio},
};

use foldline::testing::{TempFolder, TempSchema, temp_postgres::TempPostgres};
use rustix::process::{Pid, Signal, kill_process};

type Done<T = ()> = Result<T, Box<dyn Error + Send + Sync>>;

fn bank(arguments: &[&str]) -> Command {
    let mut bank = Command::new(env!("CARGO_BIN_EXE_banking"));
    bank.args(arguments);
    bank
}

/// What it says, if all went well.
fn says(arguments: &[&str]) -> Done<String> {
    let ran = bank(arguments).output()?;
    let said = String::from_utf8(ran.stdout)?;
    if ran.status.success() {
        Ok(said)
    } else {
        Err(format!("{said}\n{}", String::from_utf8_lossy(&ran.stderr)).into())
    }
}

#[test]
fn without_arguments_it_tells_a_story_that_adds_up() -> Done {
    let story = says(&[])?;
    for part in [
        "Ada Lovelace opens the account `ada`.",
        "it had happened, and happens once",
        "Ada would send a million. Rejected: there is not enough money in the account.",
        "Rejected: the bank moves no money at present: the auditors are here.",
        "50.00 paid in, 0.45 interest, 5.00 paid out",
        "That leaves 45.45, which is what the accounts hold. Of 20.00 sent, 20.00 arrived.",
        "--store sqlite:bank.db log --follow",
    ] {
        assert!(story.contains(part), "`{part}` is missing:\n{story}");
    }
    Ok(())
}

#[test]
fn on_a_file_it_goes_on_where_it_stopped() -> Done {
    let folder = TempFolder::fresh()?;
    let url = format!("sqlite:{}", folder.file("bank.db").display());
    // Each time Ada pays in 50.00 and Bob takes out 5.00; the rent is paid the first time, and so is the interest.
    for (ada, bob) in [("30.30", "15.15"), ("80.30", "10.15"), ("130.30", "5.15")] {
        says(&["--store", &url, "demo"])?;
        let accounts = says(&["--store", &url, "accounts"])?;
        for (account, balance) in [("ada", ada), ("bob", bob)] {
            let line = |line: &str| line.starts_with(account) && line.ends_with(balance);
            assert!(accounts.lines().any(line), "{account} has not {balance}:\n{accounts}");
        }
    }
    let history = says(&["history", "ada", "--at", "2", "--store", &url])?;
    assert!(history.ends_with("At version 2: 50.00 in the account\n"), "{history}");
    assert_eq!(history.matches("account.").count(), 2, "{history}");
    assert!(says(&["history", "ada", "--at", "1000", "--store", &url]).is_err());
    Ok(())
}

#[test]
fn load_leaves_a_log_that_adds_up_and_a_picture() -> Done {
    let folder = TempFolder::fresh()?;
    let plot = folder.file("load.svg").display().to_string();
    for how in [&["--commands", "300", "--concurrency", "20"][..], &["--rate", "300", "--seconds", "1"]] {
        let load = [&["--store", "memory:", "load", "--accounts", "10", "--plot", &plot], how].concat();
        let said = says(&load)?;
        assert!(said.contains("100.00 % succeeded") && said.contains("holds the same 300 transfers"), "{said}");
        assert!(std::fs::read_to_string(&plot)?.ends_with("</svg>\n"));
        std::fs::remove_file(&plot)?;
    }
    Ok(())
}

#[test]
fn a_hundred_at_once_on_postgres_are_all_served() -> Done {
    let (folder, database) = (TempFolder::fresh()?, TempPostgres::shared()?);
    let schema = TempSchema::on(database);
    let sign = if database.url().contains('?') { '&' } else { '?' };
    let url = format!("{}{sign}schema={}", database.url(), &*schema);
    let plot = folder.file("load.svg").display().to_string();
    let load = ["load", "--commands", "5000", "--concurrency", "100", "--accounts", "100", "--plot", &plot];
    let said = says(&[&["--store", &url], &load[..]].concat())?;
    println!("{said}");
    assert!(said.contains("5000 asked for") && said.contains("100.00 % succeeded"), "{said}");
    assert!(said.contains("the log holds the same 5000 transfers"), "{said}");
    Ok(())
}

#[test]
fn asked_to_stop_it_stops_and_those_who_follow_the_log_see_what_it_did() -> Done {
    let folder = TempFolder::fresh()?;
    let url = format!("sqlite:{}", folder.file("bank.db").display());
    let mut serving = bank(&["--store", &url, "serve", "--listen", "127.0.0.1:0"]).stdout(Stdio::piped()).spawn()?;
    let mut lines = BufReader::new(serving.stdout.take().ok_or("no output")?).lines();
    let serves = lines.next().ok_or("it says nothing")??;
    assert!(serves.starts_with("Serving at http://127.0.0.1:"), "{serves}");

    let mut following = bank(&["--store", &url, "log", "--follow"]).stdout(Stdio::piped()).spawn()?;
    let mut log = BufReader::new(following.stdout.take().ok_or("no output")?).lines();
    says(&["--store", &url, "demo"])?;
    let first = log.next().ok_or("nothing happens")??;
    assert!(first.contains("account-ada 1") && first.contains("Ada Lovelace"), "{first}");

    for (process, signal) in [(&mut serving, Signal::TERM), (&mut following, Signal::INT)] {
        kill_process(Pid::from_child(process), signal)?;
        assert!(process.wait()?.success(), "it was asked to stop, and not killed");
    }
    let rest: Vec<_> = lines.collect::<Result<_, _>>()?;
    assert_eq!(rest.last().map(String::as_str), Some("Stopped."));
    Ok(())
}
