select 0, position, version, recorded_at, commit_id, schema_version, stream, name, metadata, data
from events
where stream = ?1 and version > ?2 and version <= ?3 and position <= ?4
order by version limit ?5
