-- A log: its events, and the idempotency keys. What orders it is `position`, which is the row's own number.
create table events (
    position       integer primary key check (position > 0),
    version        integer not null,
    recorded_at    integer not null, -- microseconds since 1970, in UTC
    commit_id      blob    not null,
    schema_version integer not null,
    stream         text    not null,
    name           text    not null,
    metadata       text    not null,
    data           text    not null check (json_valid(data))
) strict;

create unique index events_stream on events (stream, version);

-- Commit ids are ordered by time, near enough: this grows at its end.
create index events_commit on events (commit_id);

create table idempotency_keys (
    key         text primary key,
    fingerprint blob not null,
    commit_id   blob not null,
    position    integer,
    versions    text not null
) strict, without rowid;
