//! The program itself, as its user runs it.

use std::{
    io::{Read, Write},
    net::TcpStream,
};

use foldline::{
    sqlx::{self, AssertSqlSafe, Connection, PgConnection},
    testing::{TempFolder, TempSchema, temp_postgres::TempPostgres},
};
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
    let never =
        says(BANK, &["history", "ada", "--at", "1000", "--store", &url]).err().ok_or("it shows what never was")?;
    assert!(never.to_string().contains("never was at version 1000"), "{never}");
    Ok(())
}

#[test]
fn a_store_that_somebody_names_is_not_written_to_unasked() -> Done {
    let folder = TempFolder::fresh()?;
    let file = folder.file("bank.db");
    let refused =
        says(BANK, &["--store", &format!("sqlite:{}", file.display())]).err().ok_or("it tells its story there")?;
    assert!(refused.to_string().contains("say what is to be done there: demo, serve"), "{refused}");
    assert!(!file.exists());
    Ok(())
}

/// Rows have one owner: whoever only looks must not take them from those who serve.
#[tokio::test]
async fn who_only_looks_starts_no_read_model() -> Done {
    let database = TempPostgres::shared()?;
    let schema = TempSchema::on(database);
    says(BANK, &["--store", &schema.url(), "log"])?;
    let rows = format!("select to_regnamespace('\"{}_statements\"') is not null", &*schema);
    let mut connection = PgConnection::connect(database.url()).await?;
    let made = sqlx::query_scalar::<_, bool>(AssertSqlSafe(rows.clone())).fetch_one(&mut connection).await?;
    assert!(!made, "the log was only looked at");
    says(BANK, &["--store", &schema.url(), "accounts"])?;
    let made = sqlx::query_scalar::<_, bool>(AssertSqlSafe(rows)).fetch_one(&mut connection).await?;
    assert!(made, "the list takes in what there is");
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
fn those_who_follow_the_log_see_what_happens_elsewhere() -> Done {
    let folder = TempFolder::fresh()?;
    let url = format!("sqlite:{}", folder.file("bank.db").display());
    let following = Running::start(BANK, &["--store", &url, "log", "--follow"])?;
    says(BANK, &["--store", &url, "demo"])?;
    let first = following.next_line()?;
    assert!(first.contains("account-ada 1") && first.contains("Ada Lovelace"), "{first}");
    following.ask(Signal::INT)?;
    following.stops()?;
    Ok(())
}

#[test]
fn asked_to_stop_it_answers_first_what_it_has_accepted() -> Done {
    let folder = TempFolder::fresh()?;
    let url = format!("sqlite:{}", folder.file("bank.db").display());
    let serving = Running::start(BANK, &["--store", &url, "serve", "--listen", "127.0.0.1:0"])?;
    let body = r#"{"account": "eve", "owner": "Eve"}"#;
    let mut asking = half_a_request(&address(&serving)?, "/accounts", body)?;
    // It waits for the body, and is asked to stop meanwhile.
    serving.ask(Signal::TERM)?;
    assert!(serving.next_line()?.starts_with("Stopping"));
    asking.write_all(body.as_bytes())?;
    let mut answer = String::new();
    asking.read_to_string(&mut answer)?;

    assert!(answer.starts_with("HTTP/1.1 201 Created"), "{answer}");
    assert_eq!(serving.stops()?, "Stopped.");
    let accounts = says(BANK, &["--store", &url, "accounts"])?;
    assert!(accounts.contains("eve"), "{accounts}");
    Ok(())
}

#[tokio::test]
async fn asked_again_it_waits_for_nobody() -> Done {
    let database = TempPostgres::shared()?;
    let schema = TempSchema::on(database);
    let url = schema.url();
    says(BANK, &["--store", &url, "demo"])?;
    let serving = Running::start(BANK, &["--store", &url, "serve", "--listen", "127.0.0.1:0"])?;
    let address = address(&serving)?;

    // A read model waits for its rows, which somebody else holds, and a client never sends the rest of its request.
    let mut holder = PgConnection::connect(database.url()).await?;
    let hold = format!("begin; lock table \"{}_statements\".statements in access exclusive mode", &*schema);
    sqlx::raw_sql(AssertSqlSafe(hold)).execute(&mut holder).await?;
    let deposit = r#"{"amount": 1}"#;
    let mut deposited = half_a_request(&address, "/accounts/ada/deposits", deposit)?;
    deposited.write_all(deposit.as_bytes())?;
    let mut answer = String::new();
    deposited.read_to_string(&mut answer)?;
    assert!(answer.starts_with("HTTP/1.1 200 OK"), "{answer}");
    let waiting = format!(
        "select count(*) from pg_locks where not granted and relation = '\"{}_statements\".statements'::regclass",
        &*schema
    );
    while sqlx::query_scalar::<_, i64>(AssertSqlSafe(waiting.clone())).fetch_one(&mut holder).await? == 0 {}
    let silent = half_a_request(&address, "/accounts/ada/deposits", deposit)?;

    for said in ["Stopping: ", "Not waited for any longer: "] {
        serving.ask(Signal::TERM)?;
        let line = serving.next_line()?;
        assert!(line.starts_with(said), "`{said}` is not what it says: {line}");
    }
    serving.ask(Signal::INT)?;
    let said = serving.stops()?;
    assert!(said.contains("Left behind: ") && said.contains("Stopped."), "{said}");
    drop((silent, holder));
    Ok(())
}

/// Where it serves.
fn address(serving: &Running) -> Done<String> {
    let serves = serving.next_line()?;
    let address = serves.strip_prefix("Serving at http://").and_then(|rest| rest.split(": ").next());
    Ok(address.ok_or("it does not say where")?.to_owned())
}

/// All of a request but its body, which the server has begun to wait for.
fn half_a_request(address: &str, path: &str, body: &str) -> Done<TcpStream> {
    let mut asking = TcpStream::connect(address)?;
    let head = "host: bank\r\nconnection: close\r\ncontent-type: application/json\r\nexpect: 100-continue";
    write!(asking, "POST {path} HTTP/1.1\r\n{head}\r\ncontent-length: {}\r\n\r\n", body.len())?;
    let mut go_on = [0; "HTTP/1.1 100 Continue\r\n\r\n".len()];
    asking.read_exact(&mut go_on)?;
    Ok(asking)
}
