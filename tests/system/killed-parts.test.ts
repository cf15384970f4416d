import { setTimeout as delay } from 'node:timers/promises'
import { eventually } from '@alta/kit/testing/wait'
import pg from 'pg'
import { expect, inject, test } from 'vitest'
import { Client } from '../support/client.ts'
import { readPlaces, readPlatform } from '../support/platform.ts'
import { readSamples } from '../support/samples.ts'

const home = inject('home')
const { gatewayUrl } = readPlatform(home)

/** SIGKILL for the process of that name as it runs now. */
function kill(name: string): void {
  const pid = readPlatform(home).processes.find((one) => one.name === name)?.pid
  if (pid === undefined) throw new Error(`${name} does not run`)
  process.kill(pid, 'SIGKILL')
}

test('every service and every sidecar is killed once while all samples run: nothing is lost, nothing is doubled', async () => {
  const failedBefore = await failedMessages()
  const ada = await new Client(gatewayUrl).register('Grace Hopper')
  const projectId = await ada.project({ name: 'Killed' })
  const samples = readSamples().filter(({ truth }) => truth.expect !== 'refused')
  const names = readPlatform(home).processes.map((one) => one.name)
  const before = new Map(readPlatform(home).processes.map((one) => [one.name, one.restarts]))

  const killing = (async () => {
    for (const name of names) {
      await delay(1_500)
      kill(name)
    }
  })()
  const running = []
  for (const sample of samples) {
    const { status, body } = await ada.upload(projectId, sample.resource, sample.path, sample.truth.language)
    expect(status, JSON.stringify(body)).toBe(201)
    running.push({ sample, id: body.id })
    await delay(500)
  }
  await killing

  const ended = ['in_review', 'approved', 'failed']
  for (const { sample, id } of running) {
    const item = await ada.until(sample.resource, id, ended, 240)
    if (sample.truth.expect === 'failed') expect(item.failure).toMatchObject({ code: sample.truth.code })
    else expect(['in_review', 'approved']).toContain(item.status)
  }
  await eventually('everything is back', () => readPlatform(home).processes.every((one) => one.ready), 60)
  for (const { name, restarts } of readPlatform(home).processes) {
    expect(restarts, `${name} was restarted`).toBeGreaterThan(before.get(name) ?? 0)
  }

  const listed = await ada.call('GET', `/api/v1/documents?projectId=${projectId}&limit=100`)
  const voices = await ada.call('GET', `/api/v1/voice-samples?projectId=${projectId}&limit=100`)
  expect(listed.body.items.length + voices.body.items.length).toBe(samples.length)

  await expectQuietAndComplete(ada)
  // Dead letters of other tests stay; the kills have made no further one.
  expect(await failedMessages()).toEqual(failedBefore)
}, 420_000)

async function schemasOf(admin: pg.Client): Promise<{ name: string }[]> {
  const { rows } = await admin.query<{ name: string }>(
    `select table_schema as name from information_schema.tables where table_name = 'outbox_events' order by 1`,
  )
  return rows
}

/** Messages that handlers have given up, in every inbox. */
async function failedMessages(): Promise<unknown[]> {
  const admin = new pg.Client({ connectionString: readPlaces(home).postgres.ownerUrl })
  await admin.connect()
  try {
    const failed = []
    for (const { name } of await schemasOf(admin)) {
      const { rows } = await admin.query(
        `select message_id, handler, error_message from "${name}".inbox_messages where status = 'FAILED'
         order by message_id, handler`,
      )
      failed.push(...rows)
    }
    return failed
  } finally {
    await admin.end()
  }
}

/** Counts from the database, not from what anybody says: the ledger of events against their effects. */
async function expectQuietAndComplete(ada: Client): Promise<void> {
  const admin = new pg.Client({ connectionString: readPlaces(home).postgres.ownerUrl })
  await admin.connect()
  try {
    const schemas = await schemasOf(admin)
    await eventually(
      'every outbox and inbox is empty of open work',
      async () => {
        for (const { name } of schemas) {
          const { rows } = await admin.query(
            `select 1 from "${name}".outbox_events where status <> 'COMPLETED'
             union all select 1 from "${name}".inbox_messages where status in ('PROCESSING', 'PARKED')`,
          )
          if (rows.length > 0) return false
        }
        return true
      },
      120,
    )
    // Messages are behind row-level security, for the owner too.
    await admin.query(`select set_config('alta.tenant_id', '*', false)`)
    const { rows: requested } = await admin.query<{ id: string; attempts: number }>(
      `select event::json -> 'data' ->> 'messageId' as id, coalesce(m.attempts, 0) as attempts
       from (${schemas.map(({ name }) => `select topic, event from "${name}".outbox_events`).join(' union all ')}) e
       left join notifications.messages m on m.message_id::text = event::json -> 'data' ->> 'messageId'
       where topic = 'email.send-requested.v1' and event::json -> 'data' -> 'recipient' ->> 'userId' = $1`,
      [ada.userId],
    )
    const mails = await ada.mails()
    console.log(`mails asked for ${requested.length}, mails that came ${mails.length}`)
    const copies = Map.groupBy(mails, ({ messageId }) => /^<(.+)@/.exec(messageId)?.[1] ?? messageId)
    expect([...copies.keys()].sort(), 'each mail asked for, and no other').toEqual(
      requested.map(({ id }) => id).sort(),
    )
    for (const { id, attempts } of requested) {
      const { length } = copies.get(id) ?? []
      // A kill between the mail server's yes and our note of it sends the mail once more, as a further attempt
      // under the same Message-ID (services/notifications/src/messages/send-message.ts): nothing else may.
      expect(length, `copies of mail ${id} in ${attempts} attempts`).toBeLessThanOrEqual(attempts)
    }
  } finally {
    await admin.end()
  }
}
