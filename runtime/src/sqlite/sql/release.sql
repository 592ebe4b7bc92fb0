update projections set owner = null, expires_at = null where name = ?1 and owner = ?2
