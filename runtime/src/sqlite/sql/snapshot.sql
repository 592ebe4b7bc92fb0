select position, code, parked, state from projection_snapshots where name = ?1
