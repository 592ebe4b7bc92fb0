-- How long after its last sign of life an owner's right is over: by the time of that sign one sees that the clock has gone back.
alter table projections add column term integer;
