delete from projections where name = ?1 and owner = ?2 and fence = ?3 returning 1
