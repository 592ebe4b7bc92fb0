insert into :"schema".projections as kept (name, owner, expires_at, position, code, parked, fence)
values ($1, $2, clock_timestamp() + $3 * interval '1 microsecond', $4, $5, $6, 1)
on conflict (name) do update set
    owner = excluded.owner,
    expires_at = excluded.expires_at,
    fence = kept.fence + (kept.owner is distinct from excluded.owner)::integer
where kept.owner is null or kept.owner = excluded.owner or kept.expires_at <= clock_timestamp()
returning position, code, parked, fence
