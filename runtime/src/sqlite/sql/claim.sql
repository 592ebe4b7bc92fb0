insert into projections as kept (name, owner, expires_at, term, moved_at, position, code, parked, fence)
values (?1, ?2, ?3 + ?4, ?4, ?3, ?5, ?6, ?7, 1)
on conflict (name) do update set
    owner = excluded.owner,
    expires_at = excluded.expires_at,
    term = excluded.term,
    fence = kept.fence + (kept.owner is not excluded.owner)
where kept.owner is null or kept.owner = excluded.owner or kept.expires_at <= ?3
    -- A sign of life from so far in the future was given before the clock went back: it says nothing.
    or kept.expires_at - kept.term > ?3 + kept.term
returning position, code, parked, fence
