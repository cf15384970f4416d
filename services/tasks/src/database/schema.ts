import type { KitSchema } from '@alta/kit/database/schema'
import type { ScheduleTables } from '../schedules/schedule.tables.ts'
import type { TaskTables } from '../tasks/task.tables.ts'

export interface TasksSchema extends KitSchema, ScheduleTables, TaskTables {}
