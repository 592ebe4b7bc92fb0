select stream, max(version), max(position) from events where commit_id = ?1 group by stream order by max(position)
