//! `cargo xtask test`: all that a contributor must pass.

use crate::{
    postgres,
    shell::{Done, cargo, run_watched},
};

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Install what the tests need and this machine lacks (the PostgreSQL server, PgBouncer), by the system's own package
    /// manager
    #[arg(long)]
    pub(crate) install: bool,
}

pub(crate) fn run(args: &Args) -> Done {
    postgres::ensure(args.install)?;
    let pooler = postgres::ensure_pooler(args.install)?;
    let done = tests(pooler);
    if !pooler {
        println!(
            "\nIGNORED: the tests behind PgBouncer, which was not found here. This installs it, and runs them as well:\n\n    \
             cargo xtask test --install\n"
        );
    }
    done
}

/// Runs every test of the workspace, and fails when there was none: a filter gone wrong must not look like success.
fn tests(pooler: bool) -> Done {
    let mut count = 0;
    // To the end, so that one run shows every failure.
    let all = ["test", "--workspace", "--all-features", "--no-fail-fast"];
    let mut done = watch(&all, &mut count);
    if pooler {
        let before = count;
        // The same selection and features, so that nothing is built anew.
        let behind = watch(&[&all[..], &["--test", "pgbouncer", "--", "--ignored"]].concat(), &mut count);
        done = done.and(behind);
        if count == before {
            done = done.and(Err("no test ran behind PgBouncer".into()));
        }
    }
    done?;
    if count == 0 {
        return Err("no test ran".into());
    }
    println!("\n{count} tests passed");
    Ok(())
}

fn watch(args: &[&str], count: &mut usize) -> Done {
    let mut cargo = cargo(args);
    // A snapshot that differs is a failure, not a file left behind.
    cargo.env("INSTA_UPDATE", "no");
    run_watched(&mut cargo, |line| *count += passed(line))
}

/// How many tests a line of the test harness says have passed.
fn passed(line: &str) -> usize {
    let count = || line.strip_prefix("test result: ")?.split_once(" passed;")?.0.rsplit(' ').next()?.parse().ok();
    count().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_what_the_harness_prints() {
        assert_eq!(passed("test result: ok. 12 passed; 0 failed; 0 ignored; 0 measured; finished in 0.00s"), 12);
        assert_eq!(passed("test result: FAILED. 3 passed; 1 failed; 0 ignored"), 3);
        assert_eq!(passed("test result: ok. 0 passed; 0 failed"), 0);
        assert_eq!(passed("I passed; 7 passed;"), 0);
    }
}
