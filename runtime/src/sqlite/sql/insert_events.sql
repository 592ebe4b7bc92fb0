-- Behind all that is there: positions are SQLite's to give, the next one to each.
insert into events (version, recorded_at, commit_id, schema_version, stream, name, metadata, data)
select * from (values (?, ?, ?, ?, ?, ?, ?, ?)) where column1 is not null;
