select position, code, parked, state from :"schema".projection_snapshots where name = $1
