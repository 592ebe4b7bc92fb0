insert into projection_snapshots as kept (name, position, code, parked, state, saved_at)
values (?1, ?2, ?3, ?4, ?5, ?6)
on conflict (name) do update set
    position = excluded.position,
    code = excluded.code,
    parked = excluded.parked,
    state = excluded.state,
    saved_at = excluded.saved_at
where kept.code <> excluded.code or kept.position <= excluded.position
