-- The head comes first: the log has grown no shorter when its events are read.
select coalesce(max(position), 0) from events;
select null, position, version, recorded_at, commit_id, schema_version, stream, name, metadata, data
from events
where position > ?1 and position <= ?2
order by position limit ?3
