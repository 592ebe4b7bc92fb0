-- What was seen of streams, and is not so, with the version that each of them has.
with saw (nth, stream, version, commit_id) as (values (?, ?, ?, ?))
select saw.nth, coalesce(last.version, 0)
from saw left join events last on last.position = (
    select e.position from events e where e.stream = saw.stream order by e.version desc limit 1
)
where saw.stream is not null and (last.version, last.commit_id) is not (saw.version, saw.commit_id)
