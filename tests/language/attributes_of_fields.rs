//! `#[stream(…)]` on a command's field.

use foldline::prelude::*;

use crate::names::{Done, number_key};

number_key!(SeatId, RowId);

#[derive(Debug, Clone, Default, PartialEq)]
struct Seat {
    taken_by: Option<String>,
}

#[stream(key = SeatId)]
impl Seat {
    #[event]
    fn built(&mut self) {}

    #[event]
    fn taken(&mut self, by: String) {
        self.taken_by = Some(by);
    }
}

#[derive(Debug, Clone, Default, PartialEq)]
struct Row {
    closed: bool,
}

#[stream(key = RowId)]
impl Row {
    #[event]
    fn closed(&mut self) {
        self.closed = true;
    }
}

#[derive(Debug, PartialEq)]
enum HallError {
    RowClosed,
    SeatTaken,
    NoSuchSeat(u32),
    SeatStands,
}

/// Every kind of field at once: written, only read, new, existing, and with the domain's own errors.
#[derive(Command)]
struct Build {
    #[stream(new)]
    seat: SeatId,
}

impl Decide for Build {
    type Error = HallError;

    fn decide(&self, streams: &mut BuildStreams) -> Result<(), HallError> {
        assert!(!streams.seat.exists(), "a new stream has no past");
        streams.seat.built();
        Ok(())
    }
}

#[derive(Command)]
struct BuildOr {
    #[stream(new, or = HallError::SeatStands)]
    seat: SeatId,
}

impl Decide for BuildOr {
    type Error = HallError;

    /// Nothing is recorded: that the seat is new is checked all the same.
    fn decide(&self, _: &mut BuildOrStreams) -> Result<(), HallError> {
        Ok(())
    }
}

#[derive(Command)]
struct Take {
    #[stream(existing)]
    seat: SeatId,
    #[stream(read)]
    row: RowId,
    by: String,
}

impl Decide for Take {
    type Error = HallError;

    fn decide(&self, streams: &mut TakeStreams) -> Result<(), HallError> {
        ensure!(!streams.row.closed, HallError::RowClosed);
        ensure!(streams.seat.taken_by.is_none(), HallError::SeatTaken);
        streams.seat.taken(self.by.clone());
        Ok(())
    }
}

#[derive(Command)]
struct TakeOr {
    #[stream(existing, or = HallError::NoSuchSeat(self.seat.0))]
    seat: SeatId,
}

impl Decide for TakeOr {
    type Error = HallError;

    fn decide(&self, streams: &mut TakeOrStreams) -> Result<(), HallError> {
        assert!(streams.seat.exists(), "an existing stream has a past");
        Ok(())
    }
}

#[derive(Command)]
struct Close {
    #[stream]
    row: RowId,
}

impl Decide for Close {
    type Error = HallError;

    fn decide(&self, streams: &mut CloseStreams) -> Result<(), HallError> {
        streams.row.closed();
        Ok(())
    }
}

fn take(seat: u32, by: &str) -> Take {
    Take { seat: SeatId(seat), row: RowId(1), by: by.to_owned() }
}

#[tokio::test]
async fn written_and_read_streams_are_seen_as_they_are() -> Done {
    let hall = Executor::new(MemoryStore::new());
    hall.execute(Build { seat: SeatId(1) }).await.map_err(|_| "building works")?;
    hall.execute(Build { seat: SeatId(2) }).await.map_err(|_| "building works")?;
    let done = hall.execute(take(1, "ada")).await.map_err(|_| "taking works")?;
    assert_eq!((done.version(&SeatId(1)), done.version(&RowId(1))), (Some(2), None));
    let taken = hall.execute(take(1, "bob")).await;
    assert!(matches!(taken, Err(ExecuteError::Rejected(HallError::SeatTaken))));
    hall.execute(Close { row: RowId(1) }).await.map_err(|_| "closing works")?;
    let closed = hall.execute(take(2, "bob")).await;
    assert!(matches!(closed, Err(ExecuteError::Rejected(HallError::RowClosed))));
    Ok(())
}

#[tokio::test]
async fn a_new_stream_must_have_no_events() -> Done {
    let hall = Executor::new(MemoryStore::new());
    assert_eq!(hall.execute(BuildOr { seat: SeatId(1) }).await.map_err(|_| "no seat yet")?.position(), None);
    hall.execute(Build { seat: SeatId(1) }).await.map_err(|_| "building works")?;
    let again = hall.execute(Build { seat: SeatId(1) }).await;
    assert!(matches!(&again, Err(ExecuteError::AlreadyExists { stream }) if stream.as_str() == "seat-1"), "{again:?}");
    let own = hall.execute(BuildOr { seat: SeatId(1) }).await;
    assert!(matches!(own, Err(ExecuteError::Rejected(HallError::SeatStands))), "{own:?}");
    Ok(())
}

#[tokio::test]
async fn an_existing_stream_must_have_events() -> Done {
    let hall = Executor::new(MemoryStore::new());
    let missing = hall.execute(take(9, "ada")).await;
    assert!(matches!(&missing, Err(ExecuteError::NotFound { stream }) if stream.as_str() == "seat-9"), "{missing:?}");
    let own = hall.execute(TakeOr { seat: SeatId(9) }).await;
    assert!(matches!(own, Err(ExecuteError::Rejected(HallError::NoSuchSeat(9)))), "{own:?}");
    hall.execute(Build { seat: SeatId(9) }).await.map_err(|_| "building works")?;
    hall.execute(TakeOr { seat: SeatId(9) }).await.map_err(|_| "it exists")?;
    Ok(())
}

#[tokio::test]
async fn two_fields_may_not_name_one_stream() {
    #[derive(Command)]
    struct Swap {
        #[stream]
        one: SeatId,
        #[stream(read)]
        other: SeatId,
    }
    impl Decide for Swap {
        type Error = HallError;
        fn decide(&self, _: &mut SwapStreams) -> Result<(), HallError> {
            Ok(())
        }
    }
    let hall = Executor::new(MemoryStore::new());
    let same = hall.execute(Swap { one: SeatId(1), other: SeatId(1) }).await;
    assert!(matches!(same, Err(ExecuteError::SameStream { fields: ["one", "other"], .. })), "{same:?}");
    assert!(hall.execute(Swap { one: SeatId(1), other: SeatId(2) }).await.is_ok());
}
