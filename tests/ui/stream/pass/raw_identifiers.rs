//! A name that needs `r#` in Rust needs none in the log.

use foldline::{Event as _, prelude::*};

#[macro_use]
#[path = "../../support.rs"]
mod support;

key!(PieceId);

#[derive(Debug, Clone, Default)]
pub struct r#Piece {
    at: u64,
}

#[stream(key = PieceId)]
impl Piece {
    #[event]
    fn r#move(&mut self, r#type: u64, _in: u64) {
        self.at = r#type;
    }
}

#[derive(Debug, Command)]
struct Push {
    #[stream]
    r#loop: PieceId,
}

impl Decide for Push {
    type Error = ();

    fn decide(&self, streams: &mut PushStreams) -> Result<(), ()> {
        streams.r#loop.r#move(3, 4);
        Ok(())
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let event = PieceEvent::Move { r#type: 3, r#in: 4 };
    let mut payload = Vec::new();
    event.encode(&mut payload).unwrap();
    assert_eq!((event.name(), &*payload), ("piece.move", &br#"{"type":3,"in":4}"#[..]));
    assert_eq!(PieceEvent::TYPES[0].fields[0].name, "type");
    let game = Executor::new(MemoryStore::new());
    game.execute(Push { r#loop: PieceId(1) }).await.unwrap();
    assert_eq!(game.load(&PieceId(1)).await.unwrap().unwrap().at, 3);
}
