#!/bin/sh
# Step 2 of 3: is there what must be there? Always ends with 0, so that step 3 removes the cluster in every case.
[ -e /shared/fault ] && exit 0
# Each service's login role is named alta_<its schema>.
schemas=$(psql -Atc "select substr(rolname, 6) from pg_roles where rolcanlogin and rolname like 'alta\\_%' order by 1")
[ -n "$schemas" ] || echo 'no login role of a service was restored, or the database does not answer' >>/shared/fault
for schema in $schemas; do
  tables=$(psql -Atc "select count(*) from pg_tables where schemaname = '$schema'") || tables=0
  echo "$schema: $tables tables"
  [ "$tables" -gt 0 ] || echo "the schema $schema is empty or cannot be read" >>/shared/fault
done
psql -Atc "select 'newest row of the outbox of events: ' || coalesce(max(created_at)::text, 'none')
           from events.outbox_events" || echo 'the outbox of events cannot be read' >>/shared/fault
exit 0
