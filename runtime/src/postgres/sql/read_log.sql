-- Always answers with the head, in a row without an event if there is none to show.
select log.head, e.position, e.version, e.recorded_at, e.commit_id, e.schema_version, e.stream, e.name, e.metadata, e.data
from (select coalesce(max(position), 0) as head from :"schema".events) log
left join lateral (
    select * from :"schema".events e
    where e.position > $1 and e.position <= $2 order by e.position limit $3
) e on true
order by e.position
