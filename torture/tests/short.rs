//! A short torture of each kind, on a server and in a file of its own: what `cargo xtask torture` does for long.

use std::process::Command;

/// Runs it to its end; its exit code says whether every promise was kept.
fn torture(args: &[&str]) {
    let run = Command::new(env!("CARGO_BIN_EXE_torture")).arg("run").args(args).output();
    let run = run.unwrap_or_else(|error| unreachable!("the program was built for this test: {error}"));
    let told = String::from_utf8_lossy(&run.stdout);
    assert!(run.status.success(), "{told}\n{}", String::from_utf8_lossy(&run.stderr));
    assert!(told.contains("| **violations** | **0** |"), "{told}");
    assert!(told.contains("| accepted |") && told.contains("| refused: "), "nothing was put to the test: {told}");
}

#[test]
fn a_short_run_with_a_fault_of_each_kind_keeps_every_promise() {
    torture(&["--seed", "1", "--commands", "1500", "--faults", "13", "--processes", "2"]);
}

#[test]
fn a_short_run_in_a_file_with_a_fault_of_each_kind_keeps_every_promise() {
    torture(&["--store", "sqlite", "--seed", "3", "--commands", "1500", "--faults", "7", "--processes", "2"]);
}

#[test]
fn five_rounds_of_kills_in_a_file_keep_every_promise() {
    let kills = ["--faults", "5", "--fault", "killed", "--processes", "2"];
    torture(&[&["--store", "sqlite", "--seed", "4", "--commands", "1000"], &kills[..]].concat());
}

#[test]
fn five_rounds_of_kills_keep_every_promise() {
    torture(&["--seed", "2", "--commands", "1000", "--faults", "5", "--fault", "killed", "--processes", "2"]);
}
