#!/bin/sh
# Creates Temporal's two databases, or brings their schema up to the version of the tool. May be run again at any time.
# Reads SQL_PLUGIN, SQL_HOST, SQL_PORT, SQL_USER and SQL_PASSWORD, as temporal-sql-tool does.
set -eu

for pair in temporal:temporal temporal_visibility:visibility; do
  export SQL_DATABASE="${pair%%:*}"
  schema="postgresql/v12/${pair##*:}"
  if temporal-sql-tool update-schema --schema-name "$schema"; then
    continue
  fi
  # Half of this may have been done by an earlier try: whether it is now as it should be, the last command says.
  echo "setup-schema: $SQL_DATABASE cannot be updated, so it is taken to be new"
  temporal-sql-tool create-database || true
  temporal-sql-tool setup-schema --version 0.0 || true
  temporal-sql-tool update-schema --schema-name "$schema"
done
echo 'setup-schema: both databases are up to date'
