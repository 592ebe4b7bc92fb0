-- A log: its events, the idempotency keys, and the one row that every append locks.
-- No sequence, and nothing that an append updates: a long transaction elsewhere slows nothing down.

create table if not exists :"schema".events (
    position       bigint      primary key,
    version        bigint      not null,
    recorded_at    timestamptz not null,
    commit_id      uuid        not null,
    schema_version integer     not null,
    stream         text        collate "C" not null,
    name           text        collate "C" not null,
    metadata       json        not null,
    data           json        not null,
    unique (stream, version)
);

-- Commit ids are ordered by time, near enough: ranges find a commit at next to no cost on writing.
create index if not exists events_commit_id on :"schema".events
    using brin (commit_id) with (pages_per_range = 32, autosummarize = on);

create table if not exists :"schema".idempotency_keys (
    key         text   collate "C" primary key,
    fingerprint uuid   not null,
    commit_id   uuid   not null,
    position    bigint,
    versions    json   not null
);

-- Locked by every append, and never updated.
create table if not exists :"schema".append_lock (
    only_row boolean primary key default true check (only_row)
);
insert into :"schema".append_lock default values on conflict do nothing;
