update :"schema".projections set
    fence = fence + 1,
    expires_at = clock_timestamp() + $4 * interval '1 microsecond',
    position = $5,
    parked = $6,
    code = coalesce($7, code),
    moved_at = clock_timestamp()
where name = $1 and owner = $2 and fence = $3
