update :"schema".projections set expires_at = clock_timestamp() + $3 * interval '1 microsecond' where name = $1 and owner = $2
