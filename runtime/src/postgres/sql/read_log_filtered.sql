-- The filter comes before the limit. Always answers with the head, as read_log does.
select log.head, e.position, e.version, e.recorded_at, e.commit_id, e.schema_version, e.stream, e.name, e.metadata, e.data
from (select coalesce(max(position), 0) as head from :"schema".events) log
left join lateral (
    select * from :"schema".events e
    where e.position > $1 and e.position <= $2
        and ($4::text[] is null or split_part(e.stream, '-', 1) = any ($4))
        and ($5::text[] is null or e.name = any ($5))
    order by e.position limit $3
) e on true
order by e.position
