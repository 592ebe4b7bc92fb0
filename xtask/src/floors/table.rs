//! Which room stands on which floor.

/// A crate of this project, and where its rooms stand.
pub(super) struct House {
    /// Its name in messages.
    pub(super) name: &'static str,
    /// The file it starts from, in the repository.
    pub(super) root: &'static str,
    /// Its floors from the ground up, each with its rooms.
    pub(super) floors: &'static [&'static [Room]],
}

/// Modules that belong together: mostly one, with all that is in its folder. `lib` is the crate's root.
///
/// A path names a module deeper down (`executor::machine`), which then stands apart from its folder. A room may stand
/// here before it is built.
pub(super) type Room = &'static [&'static str];

pub(super) const HOUSES: &[House] = &[
    House {
        name: "runtime",
        root: "runtime/src/lib.rs",
        floors: &[
            // F0: words that need no other.
            &[&["id"], &["time"], &["limits"], &["metrics"], &["event"], &["event_name"], &["cause"], &["compiling"]],
            // F1: facts and faults. A fault names the stream it is about; a record may turn out to be unreadable.
            &[
                &["stream"],
                &["error"],
                &["key"],
                &["metadata"],
                &["recorded"],
                &["payload"],
                &["projection"],
                &["observe"],
            ],
            // F2: what a store is, and what it is handed.
            &[&["store"], &["stats"]],
            // F3: the stores. Nothing here knows of commands, and so nothing has their type parameters.
            &[&["writer"], &["sql"], &["memory"], &["sqlite"], &["postgres"]],
            // F4: what runs commands and projections. A handle comes from an opener, and an opener opens handles: they
            // are one room with two doors.
            &[&["command", "handle"], &["executor"], &["projector"], &["open"], &["alerts"]],
            // F5: what stands before users.
            &[&["testing"], &["__private"], &["lib"]],
        ],
    },
    House {
        name: "macros",
        root: "macros/src/lib.rs",
        floors: &[
            &[&["diag"], &["paths"], &["names"]],
            &[&["syntax"]],
            &[&["stream"], &["event"], &["command"], &["projection"]],
            &[&["pipeline"]],
            &[&["lib"]],
        ],
    },
];

impl House {
    /// The floor and the room of a module: by the longest path that stands in the table.
    pub(super) fn place(&self, module: &[String]) -> Option<(usize, Room)> {
        let place = |length: usize| {
            let path = if length == 0 { "lib".to_owned() } else { module.get(..length)?.join("::") };
            let rooms =
                self.floors.iter().enumerate().flat_map(|(floor, rooms)| rooms.iter().map(move |room| (floor, *room)));
            rooms.into_iter().find(|(_, room)| room.contains(&path.as_str()))
        };
        if module.is_empty() { place(0) } else { (1..=module.len()).rev().find_map(place) }
    }
}
