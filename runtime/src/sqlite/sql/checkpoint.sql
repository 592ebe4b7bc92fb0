select position, code, parked from projections where name = ?1
