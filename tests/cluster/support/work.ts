import { randomUUID } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { eventually } from '@alta/kit/testing/wait'
import { expect } from 'vitest'
import { Client, formWith } from '../../support/client.ts'
import { gatewayUrl, mailsTo, query } from './cluster.ts'

/** Someone who keeps the pipeline busy, and afterwards counts what became of every item. Disposing of it stops it. */
export interface Work extends AsyncDisposable {
  readonly client: Client
  readonly projectId: string
  /** Stops uploading, waits until all is worked off, and compares it with the ledger. */
  settle(): Promise<{ readonly items: number; readonly mails: number }>
}

const samples = (name: string): string => fileURLToPath(new URL(`../../../samples/${name}`, import.meta.url))

/** @param pause ms between two uploads; every eighth is a picture, whose letters have to be recognised */
export async function startWork(name: string, pause: number): Promise<Work> {
  const client = await new Client(gatewayUrl).register(name)
  const signedIn = client.staySignedIn()
  const projectId = await client.project({ name })
  const files = await Promise.all(
    [...Array<string>(7).fill('text.pdf'), 'letter.png'].map(async (file) => ({
      file,
      bytes: await readFile(samples(file)),
    })),
  )
  const accepted = new Set<string>()
  let going = true
  const uploads = (async () => {
    for (let turn = 0; going; turn += 1) {
      const { file, bytes } = files[turn % files.length] ?? { file: '', bytes: Buffer.of() }
      // Readers ignore what comes after the end; the bytes are other ones each time, or they would be refused.
      const once = Buffer.concat([bytes, Buffer.from(`\n% ${randomUUID()}\n`)])
      const reply = await client.insist<{ id: string }>(
        'POST',
        `/api/v1/projects/${projectId}/documents`,
        () => formWith(once, file),
      )
      expect(reply.status, JSON.stringify(reply.body)).toBe(201)
      accepted.add(reply.body.id)
      await delay(pause)
    }
  })()
  // An upload that fails is told when all is settled.
  uploads.catch(() => undefined)
  async function stop(): Promise<void> {
    going = false
    await uploads.finally(() => signedIn[Symbol.dispose]())
  }
  return {
    client,
    projectId,
    [Symbol.asyncDispose]: () => stop().catch(() => undefined),
    async settle() {
      going = false
      await uploads
      for (const id of accepted) await client.until('documents', id, ['in_review', 'approved'], 300)
      await quiet()
      const rows = await query(
        `begin; set local alta.tenant_id = '*'; select id from documents.documents where project_id = '${projectId}'; commit`,
      )
      expect(new Set(rows.flat()), 'what is there is what was accepted').toEqual(accepted)
      return { items: accepted.size, mails: await countMails(client) }
    },
  }
}

/** Until no outbox and no inbox has open work, and nothing was given up. */
export async function quiet(): Promise<void> {
  const schemas = (
    await query(`select table_schema from information_schema.tables where table_name = 'outbox_events'`)
  ).flat()
  const open = schemas
    .map(
      (schema) => `select '${schema}', 'outbox', status, count(*) from "${schema}".outbox_events
        where status <> 'COMPLETED' group by status
        union all select '${schema}', 'inbox', status, count(*) from "${schema}".inbox_messages
        where status in ('PROCESSING', 'PARKED', 'FAILED') group by status`,
    )
    .join(' union all ')
  let left: string[][] = []
  await eventually(
    'every outbox and inbox is empty of open work',
    async () => {
      left = await query(open)
      return left.length === 0
    },
    180,
  ).catch((error: unknown) => {
    throw new Error(`open work is left: ${JSON.stringify(left)}`, { cause: error })
  })
}

/** Every mail that was asked for has come, and none twice without a further attempt of its own. */
async function countMails({ email, userId }: Client): Promise<number> {
  const schemas = (
    await query(`select table_schema from information_schema.tables where table_name = 'outbox_events'`)
  ).flat()
  const asked = await query(
    `begin; set local alta.tenant_id = '*'; select event::json -> 'data' ->> 'messageId', coalesce(m.attempts, 0)
     from (${schemas.map((schema) => `select topic, event from "${schema}".outbox_events`).join(' union all ')}) e
     left join notifications.messages m on m.message_id::text = event::json -> 'data' ->> 'messageId'
     where topic = 'email.send-requested.v1' and event::json -> 'data' -> 'recipient' ->> 'userId' = '${userId}'; commit`,
  )
  const mails = await mailsTo(email)
  const copies = Map.groupBy(mails, ({ messageId }) => messageId.split('@')[0]?.replace('<', '') ?? '')
  expect([...copies.keys()].sort(), 'each mail asked for, and no other').toEqual(
    asked.map(([id]) => id).sort(),
  )
  for (const [id = '', attempts] of asked)
    expect(copies.get(id)?.length, `copies of mail ${id}`).toBeLessThanOrEqual(Number(attempts))
  return mails.length
}
