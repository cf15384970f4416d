import { createHash } from 'node:crypto'
import { cloudEvent } from '@alta/contracts/cloud-event'
import { messageRejected } from '@alta/contracts/events/message-rejected.v1'
import { z } from 'zod'
import type { Database } from '../database/database.ts'
import { DEFAULT_TENANT } from '../database/tenant.ts'
import { withContext } from '../http/request-context.ts'
import { log } from '../telemetry/log.ts'
import { faultsOf } from './errors.ts'
import { enterCompleted } from './inbox.ts'
import { inboxMetrics } from './inbox-metrics.ts'
import { handlerOf } from './names.ts'

const LONGEST_BODY = 65_536

/** As much of the origin as can be read from what is no event. */
const origin = z.object({
  tenantid: cloudEvent.shape.tenantid.catch(DEFAULT_TENANT),
  correlationid: cloudEvent.shape.correlationid.optional().catch(undefined),
  id: cloudEvent.shape.id.optional().catch(undefined),
})

/** Tells everybody of a delivery that is no event of the platform, once for the same body. */
export async function rejectDelivery(
  database: Database<unknown>,
  topic: string,
  body: unknown,
  error: z.ZodError,
): Promise<void> {
  const { appId } = database
  const text = JSON.stringify(body) ?? ''
  const { tenantid, correlationid, id } = origin.catch({ tenantid: DEFAULT_TENANT }).parse(body)
  const digest = createHash('sha256').update(text).digest('hex')
  const faults = faultsOf(error)
  const key = { messageId: digest, source: '/', handler: handlerOf(appId, topic) }
  const context = {
    requestId: digest,
    correlationId: correlationid ?? digest,
    ...(id && { causationId: id }),
  }
  const isNew = await withContext(context, () =>
    database.transaction(tenantid, async ({ tx, emit }) => {
      const entered = await enterCompleted(tx, [{ key, event: { tenantid, topic } }])
      if (entered.size === 0) return false
      emit(messageRejected, {
        app: appId,
        topic,
        reason: 'schema_validation_failed',
        faults,
        body: Buffer.from(text).subarray(0, LONGEST_BODY).toString(),
      })
      return true
    }),
  )
  if (isNew) log.error({ topic, faults }, 'rejected a delivery that is not an event')
  inboxMetrics.handled.inc({ topic, outcome: isNew ? 'rejected' : 'duplicate' })
}
