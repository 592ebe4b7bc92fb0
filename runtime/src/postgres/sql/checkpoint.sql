select position, code, parked from :"schema".projections where name = $1
