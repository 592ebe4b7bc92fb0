-- The filter comes before the limit; the head before both, as in read_log.
select coalesce(max(position), 0) from events;
select null, position, version, recorded_at, commit_id, schema_version, stream, name, metadata, data
from events
where position > ?1 and position <= ?2
    and (?4 is null or substr(stream, 1, instr(stream || '-', '-') - 1) in (select value from json_each(?4)))
    and (?5 is null or name in (select value from json_each(?5)))
order by position limit ?3
