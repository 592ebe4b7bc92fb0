//! The program itself, as its user runs it.

use foldline::testing::{TempFolder, TempSchema, temp_postgres::TempPostgres};
use support::{
    Done,
    testing::{Running, Signal, says},
};

const BANK: &str = env!("CARGO_BIN_EXE_banking");

#[test]
fn without_arguments_it_tells_a_story_that_adds_up() -> Done {
    let story = says(BANK, &[])?;
    for part in [
        "Ada Lovelace opens the account `ada`.",
        "the line was bad. It had happened, and happens once.",
        "Ada would send a million. Rejected: there is not enough money in the account.",
        "Rejected: the bank moves no money at present: the auditors are here.",
        "interest                                  0.15",
        "50.00 paid in, 0.45 interest, 5.00 paid out",
        "That leaves 45.45, which is what the accounts hold. Of 20.00 sent, 20.00 arrived.",
        "--store sqlite:bank.db log --follow",
    ] {
        assert!(story.contains(part), "`{part}` is missing:\n{story}");
    }
    assert!(!story.contains("Its log is sqlite:bank.db"), "it leaves nothing behind:\n{story}");
    Ok(())
}

#[test]
fn on_a_file_it_goes_on_where_it_stopped() -> Done {
    let folder = TempFolder::fresh()?;
    let url = format!("sqlite:{}", folder.file("bank.db").display());
    // Each time Ada pays in 50.00 and Bob takes out 5.00; the rent is paid the first time, and so is the interest.
    for (ada, bob) in [("30.30", "15.15"), ("80.30", "10.15"), ("130.30", "5.15")] {
        says(BANK, &["--store", &url, "demo"])?;
        let accounts = says(BANK, &["--store", &url, "accounts"])?;
        for (account, balance) in [("ada", ada), ("bob", bob)] {
            let line = |line: &str| line.trim_start().starts_with(account) && line.ends_with(balance);
            assert!(accounts.lines().any(line), "{account} has not {balance}:\n{accounts}");
        }
    }
    let history = says(BANK, &["history", "ada", "--at", "2", "--store", &url])?;
    assert!(history.ends_with("At version 2: 50.00 in the account\n"), "{history}");
    assert_eq!(history.matches("account.").count(), 2, "{history}");
    assert!(says(BANK, &["history", "ada", "--at", "1000", "--store", &url]).is_err());
    Ok(())
}

#[test]
fn load_leaves_a_log_that_adds_up_and_a_picture() -> Done {
    let (folder, database) = (TempFolder::fresh()?, TempPostgres::shared()?);
    let (schema, plot) = (TempSchema::on(database), folder.file("load.svg").display().to_string());
    let postgres = schema.url();
    for (store, count, how) in [
        (&*postgres, 5_000, &["--commands", "5000", "--concurrency", "100"][..]),
        ("memory:", 300, &["--rate", "300", "--seconds", "1"]),
    ] {
        let said = says(BANK, &[&["--store", store, "load", "--accounts", "100", "--plot", &plot], how].concat())?;
        println!("{said}");
        assert!(said.contains(&format!("{count} asked for")) && said.contains("100.00 % succeeded"), "{said}");
        assert!(said.contains(&format!("the log holds the same {count} transfers")), "{said}");
        assert!(std::fs::read_to_string(&plot)?.ends_with("</svg>\n"));
        std::fs::remove_file(&plot)?;
    }
    Ok(())
}

#[test]
fn asked_to_stop_it_stops_and_those_who_follow_the_log_see_what_it_did() -> Done {
    let folder = TempFolder::fresh()?;
    let url = format!("sqlite:{}", folder.file("bank.db").display());
    let mut serving = Running::start(BANK, &["--store", &url, "serve", "--listen", "127.0.0.1:0"])?;
    assert!(serving.next_line()?.starts_with("Serving at http://127.0.0.1:"));
    let mut following = Running::start(BANK, &["--store", &url, "log", "--follow"])?;
    says(BANK, &["--store", &url, "demo"])?;
    let first = following.next_line()?;
    assert!(first.contains("account-ada 1") && first.contains("Ada Lovelace"), "{first}");
    following.stop(Signal::INT)?;
    assert!(serving.stop(Signal::TERM)?.ends_with("Stopped."));
    Ok(())
}
