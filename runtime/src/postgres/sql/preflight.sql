-- What correctness leans on, and one of the settings that we asked for when connecting.
select current_setting('server_encoding'), current_setting('default_transaction_isolation'), current_setting('synchronous_commit'),
    (select setting from pg_settings where name = 'statement_timeout')
