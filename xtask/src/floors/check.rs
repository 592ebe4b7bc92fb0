//! The rules: imports run downwards, and in no circle.

use std::{collections::BTreeSet, path::Path};

use super::{
    graph::Graph,
    source::{Mention, ModulePath, Source},
    table::{House, Room},
};

/// How far a name is followed through re-exports before it is taken to lead nowhere.
const REEXPORTS: usize = 16;

/// One import, with where it stands and where it leads.
struct Import<'a> {
    mention: &'a Mention,
    to: &'a ModulePath,
    from_place: (usize, Room),
    to_place: (usize, Room),
}

/// Everything that is wrong with a house, one line each.
pub(super) fn faults(house: &House, source: &Source) -> Vec<String> {
    let mut faults = without_a_place(house, source);
    let imports: Vec<Import<'_>> =
        source.mentions.iter().filter_map(|mention| import(house, source, mention)).collect();
    faults.extend(upward(source, &imports));
    faults.extend(circles_of_rooms(source, &imports));
    faults.extend(circles_of_files(source, &imports));
    faults
}

fn without_a_place(house: &House, source: &Source) -> Vec<String> {
    let lost = source.modules.iter().filter(|(module, _)| house.place(source.home(module)).is_none());
    let files: BTreeSet<&Path> = lost.map(|(_, module)| module.file.as_path()).collect();
    let fault =
        |file: &Path| format!("{}: stands on no floor: give it one in xtask/src/floors/table.rs", file.display());
    files.into_iter().map(fault).collect()
}

fn import<'a>(house: &House, source: &'a Source, mention: &'a Mention) -> Option<Import<'a>> {
    let to = source.resolve(&mention.path, REEXPORTS);
    let (from_place, to_place) = (house.place(source.home(&mention.from))?, house.place(source.home(to))?);
    (source.file(&mention.from) != source.file(to)).then_some(Import { mention, to, from_place, to_place })
}

fn upward(source: &Source, imports: &[Import<'_>]) -> Vec<String> {
    let upward = imports.iter().filter(|import| import.to_place.0 > import.from_place.0);
    upward.map(|import| format!("{}: upward, from {}", import.at(source), import.places())).collect()
}

/// Rooms of one floor may name each other, but not in a circle. (Across floors a circle has an upward step.)
fn circles_of_rooms(source: &Source, imports: &[Import<'_>]) -> Vec<String> {
    let level = || imports.iter().filter(|import| import.to_place.0 == import.from_place.0);
    let level = || level().filter(|import| import.to_place.1 != import.from_place.1);
    let graph = Graph::new(level().map(|import| (import.from_place.1, import.to_place.1)));
    let circular = level().filter_map(|import| {
        let way = graph.way(import.to_place.1, import.from_place.1)?;
        let circle: Vec<String> = [import.from_place.1].into_iter().chain(way).map(name).collect();
        Some(format!("{}: circular, from {}: {}", import.at(source), import.places(), circle.join(" → ")))
    });
    circular.collect()
}

/// Nor may the files of one folder. Its `mod.rs` is the door: it and what is behind it may name each other.
fn circles_of_files(source: &Source, imports: &[Import<'_>]) -> Vec<String> {
    let inside = |import: &&Import<'_>| {
        let (from, to) = (&import.mention.from, import.to);
        from.first() == to.first() && !source.is_door(from, to) && !source.is_door(to, from)
    };
    let files = |import: &Import<'_>| (source.file(&import.mention.from), source.file(import.to));
    let inside = || imports.iter().filter(inside);
    let graph = Graph::new(inside().map(files));
    let circular = inside().filter_map(|import| {
        let (from, to) = files(import);
        let circle: Vec<_> =
            [from].into_iter().chain(graph.way(to, from)?).map(|file| file.to_string_lossy()).collect();
        Some(format!("{}: circular, within {}: {}", import.at(source), place(import.from_place), circle.join(" → ")))
    });
    circular.collect()
}

impl Import<'_> {
    fn at(&self, source: &Source) -> String {
        let (file, line) = (source.file(&self.mention.from).display(), self.mention.line);
        format!("{file}:{line}: names crate::{}", self.mention.path.join("::"))
    }

    fn places(&self) -> String {
        format!("{} to {}", place(self.from_place), place(self.to_place))
    }
}

fn place((floor, room): (usize, Room)) -> String {
    format!("{} (F{floor})", name(room))
}

fn name(room: Room) -> String {
    room.join("+")
}

impl Source {
    fn file(&self, module: &ModulePath) -> &Path {
        self.modules.get(module).map_or(Path::new("?"), |module| &module.file)
    }

    /// The module that a file is: the outermost of those that are written in it.
    fn home<'m>(&self, module: &'m ModulePath) -> &'m [String] {
        let above = (0..=module.len()).filter_map(|length| module.get(..length));
        let mut within = above.filter(|above| self.modules.get(*above).is_some_and(|m| m.file == self.file(module)));
        within.next().unwrap_or(module)
    }

    /// Whether `door` is the file of a folder in which `module` lies.
    fn is_door(&self, door: &ModulePath, module: &ModulePath) -> bool {
        // By file, since a door may have modules written inside it.
        (0..module.len()).any(|length| {
            module
                .get(..length)
                .is_some_and(|above| self.modules.get(above).is_some_and(|above| above.file == self.file(door)))
        })
    }

    /// The module in which the thing lies that a path leads to, through re-exports.
    fn resolve(&self, path: &[String], hops: usize) -> &ModulePath {
        let mut at = 0;
        while path.get(..=at).is_some_and(|deeper| self.modules.contains_key(deeper)) {
            at += 1;
        }
        let reached = path.get(..at).and_then(|reached| self.modules.get_key_value(reached));
        let Some((module, known)) = reached else { return &self.root };
        match path.get(at).and_then(|name| known.names.get(name)) {
            Some(target) if hops > 0 => {
                let rest = path.get(at + 1..).unwrap_or_default();
                let target: Vec<String> = target.iter().chain(rest).cloned().collect();
                self.resolve(&target, hops - 1)
            }
            _ => module,
        }
    }
}
