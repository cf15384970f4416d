import type { GeneratedAlways } from 'kysely'

/** Columns but the first two follow from `entry`. */
interface AuditEntriesTable {
  entry: string
  hash: string
  sequence: GeneratedAlways<string>
  tenant_id: GeneratedAlways<string>
  entry_id: GeneratedAlways<string>
  actor_id: GeneratedAlways<string | null>
  action: GeneratedAlways<string>
  outcome: GeneratedAlways<'allowed' | 'denied'>
  request_id: GeneratedAlways<string>
  at: GeneratedAlways<string>
  resources: GeneratedAlways<unknown>
}

interface RefusedRequestsTable {
  tenant_id: string
  request_id: string
  sequence: string
}

interface AuditHeadTable {
  one: GeneratedAlways<boolean>
  sequence: string
  hash: string
}

export interface AuditTables {
  audit_entries: AuditEntriesTable
  audit_head: AuditHeadTable
  refused_requests: RefusedRequestsTable
}
