update projections set expires_at = ?3 + ?4, term = ?4 where name = ?1 and owner = ?2 returning 1
