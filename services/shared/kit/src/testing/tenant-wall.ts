import type pg from 'pg'

/** Tables in which no row is of one tenant, or that are read for all at once; each with the reason. */
export const sharedTables: Readonly<Record<string, string>> = {
  migrations: 'which changes of the schema were made',
  migrations_lock: 'the same',
  kit_migrations: 'the same',
  kit_migrations_lock: 'the same',
  outbox_events: 'the relay publishes for all tenants in one claim; no route of a tenant reads it',
  inbox_messages: 'deliveries of all tenants are claimed together; no route of a tenant reads it',
  paused_handlers: 'operations of the platform',
  replicas: 'operations of the platform',
  'documents.files': 'which bytes are stored, by their hash',
  'events.audit_head': 'the end of the one chain of all tenants: a number and a hash',
  'events.handler_samples': 'operations of the platform',
  'events.handler_states': 'operations of the platform',
  'events.queue_samples': 'operations of the platform',
  'events.read_model_generations': 'operations of the platform',
  'events.service_samples': 'operations of the platform',
  'events.stuck_handlers': 'operations of the platform',
  'identity.failed_attempts': 'keyed hashes, counted before anybody’s tenant is known',
  'identity.signing_keys': 'the platform’s: every tenant’s tokens are signed with them',
  'notifications.caught_mails': 'the local catcher’s, which is off in a cluster',
  'reviews.files': 'which bytes are stored, by their hash',
  'tasks.task_types': 'what services have announced',
}

interface TableState {
  table: string
  hasTenant: boolean
  nullable: boolean
  forced: boolean
  policies: { using: string | null; check: string | null }[]
  owner: string
}

/** The policy of `tenantTable`, as PostgreSQL (15 to 18) gives it back. */
const setting = "current_setting('alta.tenant_id'::text, true)"
const allowed = `((${setting} = (tenant_id)::text) OR (${setting} = '*'::text))`

/**
 * What is missing of the wall between tenants in one service's schema, a sentence each.
 * @param admin sees the catalogue
 * @param role that the service connects with
 */
export async function gapsInTenantWall(
  admin: pg.Pool | pg.Client,
  schema: string,
  role: string,
): Promise<string[]> {
  const tables = await tablesOf(admin, schema, role)
  if (tables.length === 0) return [`${schema} has no tables`]
  return [
    ...(await gapsOfRole(admin, role)),
    ...tables.flatMap((state) => gapsOfTable(schema, role, state)),
    ...(await gapsAround(admin, schema, role)),
  ]
}

async function gapsOfRole(admin: pg.Pool | pg.Client, role: string): Promise<string[]> {
  const { rows } = await admin.query<{ rolname: string; rolsuper: boolean; rolbypassrls: boolean }>(
    `select rolname, rolsuper, rolbypassrls from pg_roles where pg_has_role($1, oid, 'member')`,
    [role],
  )
  if (rows.length === 0) return [`there is no role ${role}`]
  return rows
    .filter(({ rolsuper, rolbypassrls }) => rolsuper || rolbypassrls)
    .map(({ rolname }) => `${role} passes row-level security as ${rolname}`)
}

function gapsOfTable(schema: string, role: string, state: TableState): string[] {
  const name = `${schema}.${state.table}`
  if (sharedTables[state.table] ?? sharedTables[name]) return []
  if (!state.hasTenant)
    return [`${name} has no tenant_id and is not among the shared tables of testing/tenant-wall.ts`]
  const gaps: string[] = []
  if (state.nullable) gaps.push(`${name} takes rows of no tenant`)
  if (!state.forced) gaps.push(`${name} does not force row-level security: tenantTable()`)
  if (state.owner === role) gaps.push(`${name} belongs to ${role}, which could take its policies off`)
  const [policy, ...more] = state.policies
  // Permissive policies add up: a second one opens what the first has closed.
  if (!policy || more.length > 0) gaps.push(`${name} has ${state.policies.length} policies instead of one`)
  if (policy && more.length === 0 && (policy.using !== allowed || policy.check !== allowed))
    gaps.push(`${name} has another policy than tenantTable() makes`)
  return gaps
}

/** A view reads with the rights of its owner, who may see more: then the wall has to be in its own condition. */
async function gapsAround(admin: pg.Pool | pg.Client, schema: string, role: string): Promise<string[]> {
  const { rows } = await admin.query<{ name: string }>(
    `select c.relname as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
     where n.nspname = $1 and c.relkind in ('v', 'm') and has_table_privilege($2, c.oid, 'select')
       and not coalesce(c.reloptions @> array['security_invoker=true'], false)
       and position('tenant_id = (current_setting(''alta.tenant_id''::text))::uuid' in pg_get_viewdef(c.oid)) = 0`,
    [schema, role],
  )
  return rows.map(({ name }) => `${schema}.${name} is a view that reads as its owner, of all tenants`)
}

async function tablesOf(admin: pg.Pool | pg.Client, schema: string, role: string): Promise<TableState[]> {
  const { rows } = await admin.query<TableState>(
    `select c.relname as table, t.attname is not null as "hasTenant",
            coalesce(not t.attnotnull, false) as nullable,
            c.relrowsecurity and c.relforcerowsecurity as forced,
            pg_get_userbyid(c.relowner) as owner,
            coalesce((select json_agg(json_build_object('using', p.qual, 'check', p.with_check))
                      from pg_policies p where p.schemaname = n.nspname and p.tablename = c.relname
                        and p.permissive = 'PERMISSIVE' and (p.roles && array['public', $2::name])), '[]') as policies
     from pg_class c
     join pg_namespace n on n.oid = c.relnamespace
     left join pg_attribute t on t.attrelid = c.oid and t.attname = 'tenant_id' and not t.attisdropped
     where n.nspname = $1 and c.relkind in ('r', 'p', 'f') order by c.relname`,
    [schema, role],
  )
  return rows
}
