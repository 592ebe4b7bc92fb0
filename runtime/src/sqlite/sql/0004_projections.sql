-- What projections leave beside the log: how far they are, who runs them, and the values that are kept in memory elsewhere.
-- Times are microseconds since 1970, in UTC.
create table projections (
    name       text    primary key,
    position   integer not null,
    code       integer not null,
    parked     text    not null,
    -- Moves with every step and every owner: whoever comes with another comes too late, or a second time.
    fence      integer not null,
    owner      blob,
    expires_at integer,
    moved_at   integer not null
) strict, without rowid;

create table projection_snapshots (
    name     text    primary key,
    position integer not null,
    code     integer not null,
    parked   text    not null,
    state    blob    not null,
    saved_at integer not null
) strict;
