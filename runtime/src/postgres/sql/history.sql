-- Which migrations this schema has had.
create table if not exists :"schema".foldline_migrations (
    version    integer     primary key,
    name       text        not null,
    checksum   text        not null,
    applied_at timestamptz not null default now()
);
