-- Versions are dense: a page ends at a version, and needs no limit.
with asked (nth, stream, after, until_version, until_position) as (values (?, ?, ?, ?, ?))
select asked.nth, e.position, e.version, e.recorded_at, e.commit_id, e.schema_version, e.stream, e.name, e.metadata, e.data
from asked cross join events e
where e.stream = asked.stream and e.version > asked.after and e.version <= asked.until_version
    and e.position <= asked.until_position
