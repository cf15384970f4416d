import type { taskTypeAnnounced } from '@alta/contracts/events/task-type-announced.v1'
import { PermanentError } from '@alta/kit/events/errors'
import type { Handler } from '@alta/kit/events/handlers'
import { sql } from 'kysely'
import type { z } from 'zod'
import type { TasksSchema } from '../database/schema.ts'

/** The newest announcement counts; two services cannot have one type, since both would carry out its steps. */
export const recordTaskType: Handler<z.output<typeof taskTypeAnnounced.schema>, TasksSchema> = async (
  { type, title, app, permission, params, stepSeconds },
  { tx, message },
) => {
  const { rows } = await sql`
    insert into task_types as known (type, title, app, permission, params, step_seconds, announced_at)
    values (${type}, ${title}, ${app}, ${permission}, ${JSON.stringify(params)}, ${stepSeconds}, ${message.time})
    on conflict (type) do update
      set title = excluded.title, permission = excluded.permission, params = excluded.params,
          step_seconds = excluded.step_seconds, announced_at = excluded.announced_at
      where known.app = excluded.app and known.announced_at <= excluded.announced_at
    returning 1`.execute(tx)
  if (rows.length > 0) return
  const known = await tx.selectFrom('task_types').select('app').where('type', '=', type).executeTakeFirst()
  if (known && known.app !== app) {
    throw new PermanentError('task_type_taken', `${type} is a task type of ${known.app}`)
  }
}
