import type { KitSchema } from '@alta/kit/database/schema'
import type { AuditTables } from '../audit/audit.tables.ts'
import type { DeadLettersSchema } from '../dead-letters/dead-letter.tables.ts'
import type { MonitorTables } from '../monitor/monitor.tables.ts'
import type { ReadModelTables } from '../read-models/read-model.tables.ts'
import type { ReplayTables } from '../replays/replay.tables.ts'
import type { StoreTables } from '../store/store.tables.ts'

export interface EventsSchema
  extends KitSchema,
    DeadLettersSchema,
    AuditTables,
    StoreTables,
    ReplayTables,
    ReadModelTables,
    MonitorTables {}
