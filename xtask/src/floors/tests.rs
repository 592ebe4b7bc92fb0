//! Houses with a planted fault, and one without.

use std::{collections::BTreeMap, io, path::Path};

use super::{
    check::faults,
    source::read,
    table::{House, Room},
};

const HOUSE: House = House {
    name: "planted",
    root: "src/lib.rs",
    floors: &[&[&["id"], &["time"]], &[&["store"], &["log"], &["memory"]], &[&["command", "handle"], &["lib"]]],
};

const ROOT: &str = "mod id; mod time; mod store; pub use self::store::Store;";

fn told(files: &[(&str, &str)]) -> Vec<String> {
    let files: BTreeMap<&str, &str> = files.iter().copied().collect();
    let open = |file: &Path| {
        let text = file.to_str().and_then(|file| files.get(file.strip_prefix("src/")?));
        text.map(|text| (*text).to_owned()).ok_or(io::ErrorKind::NotFound.into())
    };
    match read(Path::new(HOUSE.root), &open) {
        Ok(source) => faults(&HOUSE, &source),
        Err(fault) => vec![fault],
    }
}

#[test]
fn a_house_in_order_has_no_fault() {
    let store = "mod page; use crate::{id::Id, time}; pub use self::page::Page; pub struct Store(Id, Page);";
    let page = "use super::Store; pub struct Page; #[cfg(test)] mod tests { use crate::command::Command; }";
    let files = [
        ("lib.rs", "mod id; mod time; mod store; mod command; mod handle; pub mod all { pub use crate::id::Id; }"),
        ("id.rs", "pub struct Id; mod inner { use super::Id; }"),
        ("time.rs", "use crate::id::Id;"),
        ("store/mod.rs", store),
        ("store/page.rs", page),
        // One room with two doors.
        ("command.rs", "use crate::handle::Handle; pub struct Command;"),
        ("handle.rs", "use crate::{command::Command, store::Page}; pub struct Handle;"),
    ];
    assert_eq!(told(&files), Vec::<String>::new());
}

#[test]
fn an_upward_import_is_found_however_it_is_written() {
    let upward =
        |id: &str| told(&[("lib.rs", ROOT), ("id.rs", id), ("time.rs", ""), ("store.rs", "pub struct Store;")]);
    for (id, line, path) in [
        ("use crate::store::Store;", 1, "store::Store"),
        ("use super::store::Store;", 1, "store::Store"),
        ("use crate::{\n    time,\n    store::{self},\n};", 3, "store"),
        ("use crate::{time::*, store::*};", 1, "store"),
        ("\nfn new() -> crate::store::Store { ours() }", 2, "store::Store"),
        ("mod deep { fn new() { super::super::store::Store; } }", 1, "store::Store"),
        ("impl Into<crate::store::Store> for Id {}", 1, "store::Store"),
        ("fn show() {\n    println!(\"{}\", [crate::store::LIMIT]);\n}", 2, "store::LIMIT"),
        // By a name that the crate's root gives it.
        ("use crate::Store;", 1, "Store"),
    ] {
        let expected = format!("src/id.rs:{line}: names crate::{path}: upward, from id (F0) to store (F1)");
        assert_eq!(upward(id), [expected], "{id}");
    }
}

#[test]
fn a_circle_of_rooms_is_found() {
    let files = [
        ("lib.rs", "mod store; mod log; mod memory;"),
        ("store.rs", "use crate::log::Log;\npub struct Store;"),
        ("log.rs", "\nuse crate::memory::Memory;\npub struct Log;"),
        ("memory.rs", "pub struct Memory(crate::store::Store);"),
    ];
    assert_eq!(
        told(&files),
        [
            "src/memory.rs:1: names crate::store::Store: circular, from memory (F1) to store (F1): memory → store → log → memory",
            "src/log.rs:2: names crate::memory::Memory: circular, from log (F1) to memory (F1): log → memory → store → log",
            "src/store.rs:1: names crate::log::Log: circular, from store (F1) to log (F1): store → log → memory → store",
        ]
    );
}

#[test]
fn a_circle_of_files_in_one_folder_is_found_through_the_names_its_door_gives_them() {
    let files = [
        ("lib.rs", "mod store;"),
        ("store/mod.rs", "mod page; mod read; pub use self::{page::Page, read::Read};"),
        ("store/page.rs", "use super::Read; pub struct Page;"),
        ("store/read.rs", "use super::Page; pub struct Read;"),
    ];
    let circle = |from: &str, to: &str, name: &str| {
        format!(
            "src/store/{from}.rs:1: names crate::store::{name}: circular, within store (F1): \
                 src/store/{from}.rs → src/store/{to}.rs → src/store/{from}.rs"
        )
    };
    assert_eq!(told(&files), [circle("read", "page", "Page"), circle("page", "read", "Read")]);
}

#[test]
fn a_file_without_a_floor_is_found() {
    let files = [("lib.rs", "#[path = \"odd.rs\"] mod attic;"), ("odd.rs", "")];
    assert_eq!(told(&files), ["src/odd.rs: stands on no floor: give it one in xtask/src/floors/table.rs"]);
}

#[test]
fn a_module_deeper_down_may_stand_apart_from_its_folder() {
    const APART: House = House { floors: &[&[&["executor::machine"]], &[&["executor"], &["lib"]]], ..HOUSE };
    let room = |path: &[&str]| APART.place(&path.iter().map(|&name| name.to_owned()).collect::<Vec<_>>());
    assert_eq!(room(&["executor", "machine", "tests"]), Some((0, &["executor::machine"] as Room)));
    assert_eq!(room(&["executor", "run"]), Some((1, &["executor"] as Room)));
    assert_eq!(room(&[]), Some((1, &["lib"] as Room)));
    assert_eq!(room(&["attic"]), None);
}
