// The producing side of the fault suite: a service like any other, with one route that makes a change.
import { Readable } from 'node:stream'
import { anyone } from '@alta/kit/auth/policy'
import { brokerEnvironment, databaseEnvironment, readConfig, serviceEnvironment } from '@alta/kit/config'
import { openSidecar, type Sidecar } from '@alta/kit/dapr/sidecar'
import { connect } from '@alta/kit/database/database'
import { DEFAULT_TENANT } from '@alta/kit/database/tenant'
import { route } from '@alta/kit/http/route'
import { randomUUIDv7 } from '@alta/kit/identifiers'
import { serve } from '@alta/kit/serve'
import { sql } from 'kysely'
import { z } from 'zod'
import { changeMade, noticeGiven, poison } from '../support/contracts.ts'

const config = readConfig('tests/faults/producer/main.ts', {
  ...serviceEnvironment,
  ...databaseEnvironment,
  ...brokerEnvironment,
})
const database = connect('producer', config)

const body = z.strictObject({
  key: z.string().max(100),
  version: z.number().int().min(1).default(1),
  poison: poison.optional(),
})

await serve({
  appId: 'producer',
  ...(process.env.FAULTS_UNPROVED ? { sidecar: believing(openSidecar(config)) } : {}),
  config,
  database,
  keys: async () => {
    throw new Error('nobody signs in here')
  },
  routes: [
    route({
      method: 'post',
      path: '/changes',
      summary: 'Make a change',
      tag: 'changes',
      policy: anyone,
      idempotent: true,
      headers: z.object({ 'idempotency-key': z.string() }),
      body,
      answers: { 201: { description: 'Committed', schema: z.object({ changeId: z.uuid() }) } },
      async handle({ body: { key, version, poison }, headers }) {
        const changeId = randomUUIDv7()
        await database.transaction(DEFAULT_TENANT, async ({ tx, emit }) => {
          await sql`
            insert into ledger (change_id, request_key, key, version, poison)
            values (${changeId}, ${headers['idempotency-key']}, ${key}, ${version}, ${poison ?? null})`.execute(
            tx,
          )
          emit(changeMade, { changeId, key, version, ...(poison ? { poison } : {}) }, { sequence: version })
        })
        return { status: 201, body: { changeId } }
      },
    }),
    route({
      method: 'post',
      path: '/notices',
      summary: 'Give a notice',
      tag: 'changes',
      policy: anyone,
      answers: { 201: { description: 'Committed', schema: z.object({ noticeId: z.uuid() }) } },
      async handle() {
        const noticeId = randomUUIDv7()
        await database.transaction(DEFAULT_TENANT, async ({ emit }) => emit(noticeGiven, { noticeId }))
        return { status: 201, body: { noticeId } }
      },
    }),
  ],
})

/** Gives every receipt that is asked for, so that daprd's 204 is all that an event is completed on. */
function believing(sidecar: Sidecar): Sidecar {
  return {
    ...sidecar,
    async invoke(appId, path, options) {
      if (path !== '/operations/receipts') return sidecar.invoke(appId, path, options)
      const { messages } = JSON.parse(String(options?.body))
      const known = Buffer.from(JSON.stringify({ known: messages.map(() => true) }))
      return { status: 200, headers: { 'content-type': 'application/json' }, body: Readable.from([known]) }
    },
  }
}
