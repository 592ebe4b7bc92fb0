-- Among how many a projection was shared out that took its rows in; unknown for rows from before.
alter table :"schema".projection_builds add column if not exists shares integer;
