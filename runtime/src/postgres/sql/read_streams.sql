select asked.i, e.position, e.version, e.recorded_at, e.commit_id, e.schema_version, e.stream, e.name, e.metadata, e.data
from unnest($1::text[], $2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[])
    with ordinality asked (stream, after, until_version, until_position, most, i)
cross join lateral (
    select * from :"schema".events e
    where e.stream = asked.stream and e.version > asked.after and e.version <= asked.until_version
        and e.position <= asked.until_position
    order by e.version limit asked.most
) e
order by asked.i, e.version
