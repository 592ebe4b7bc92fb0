insert into :"schema".projection_snapshots as kept (name, position, code, parked, state)
values ($1, $2, $3, $4, $5)
on conflict (name) do update set
    position = excluded.position,
    code = excluded.code,
    parked = excluded.parked,
    state = excluded.state,
    saved_at = clock_timestamp()
where kept.code <> excluded.code or kept.position <= excluded.position
