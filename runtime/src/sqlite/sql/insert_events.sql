insert into events (position, version, recorded_at, commit_id, schema_version, stream, name, metadata, data)
select * from (values (?, ?, ?, ?, ?, ?, ?, ?, ?)) where column1 is not null;
