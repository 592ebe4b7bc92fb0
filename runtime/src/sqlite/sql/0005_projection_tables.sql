-- Whose tables have been made, and which they are: what a read model that is built anew takes the place of.
create table projection_builds (
    projection text primary key
) strict, without rowid;

create table projection_objects (
    type       text not null,
    name       text not null,
    projection text not null,
    -- A trigger may be called as a table is.
    primary key (name, type)
) strict, without rowid;
