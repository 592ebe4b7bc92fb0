-- What correctness leans on.
select current_setting('server_encoding'), current_setting('default_transaction_isolation'), current_setting('synchronous_commit')
