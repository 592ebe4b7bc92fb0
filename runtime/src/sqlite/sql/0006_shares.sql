-- Among how many a projection was shared out that took its rows in; unknown for rows from before.
alter table projection_builds add column shares integer;
