-- What projections leave beside the log: how far they are, who runs them, and the values that are kept in memory elsewhere.

create table if not exists :"schema".projections (
    name       text        collate "C" primary key,
    position   bigint      not null,
    code       bigint      not null,
    parked     json        not null,
    -- Moves with every step and every owner: whoever comes with another comes too late, or a second time.
    fence      bigint      not null,
    owner      uuid,
    expires_at timestamptz,
    moved_at   timestamptz not null default clock_timestamp()
) with (fillfactor = 50);

-- Which sets of tables have been made.
create table if not exists :"schema".projection_builds (
    projection text    collate "C",
    next       boolean,
    primary key (projection, next)
);

create table if not exists :"schema".projection_snapshots (
    name     text        collate "C" primary key,
    position bigint      not null,
    code     bigint      not null,
    parked   json        not null,
    state    bytea       not null,
    saved_at timestamptz not null default clock_timestamp()
);
