update projections set
    fence = fence + 1,
    expires_at = ?3 + ?4,
    term = ?4,
    moved_at = ?3,
    position = ?6,
    parked = ?7
where name = ?1 and owner = ?2 and fence = ?5
returning 1
