import { join } from 'node:path'
import { documentApproved } from '@alta/contracts/events/document-approved.v1'
import { DEFAULT_TENANT } from '@alta/kit/database/tenant'
import { outboxRow } from '@alta/kit/events/outbox-row'
import { rabbitmqctl } from '@alta/kit/testing/broker'
import { eventually } from '@alta/kit/testing/wait'
import pg from 'pg'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { Client } from '../support/client.ts'
import { registerOperator } from '../support/operator.ts'
import { readPlaces, readPlatform } from '../support/platform.ts'

// What the monitor tells is what the broker and the tables themselves tell, and what an operator orders is done.

const home = inject('home')
const { gatewayUrl, processes } = readPlatform(home)
const places = readPlaces(home)
const vhost = new URL(places.rabbitmqUrl).pathname.slice(1)
const owner = new pg.Client({ connectionString: places.postgres.ownerUrl })
const ada = new Client(gatewayUrl)
const olga = new Client(gatewayUrl)
const letter = join(import.meta.dirname, '../../samples/letter.png')

beforeAll(async () => {
  await owner.connect()
  await ada.register()
  await registerOperator(owner, olga)
})
afterAll(() => owner.end())

const monitor = async (path: string) => (await olga.call('GET', `/api/v1/monitor/${path}`)).body.items

async function queueOf(name: string) {
  const found = (await monitor('queues')).find((queue: { name: string }) => queue.name === name)
  if (!found) throw new Error(`the monitor knows no queue ${name}`)
  return found
}

/** Ready and unacknowledged messages as the broker counts them. */
async function brokersOwn(name: string): Promise<[ready: number, unacknowledged: number]> {
  const columns = ['name', 'messages_ready', 'messages_unacknowledged']
  const { stdout } = await rabbitmqctl('list_queues', '--no-table-headers', '-p', vhost, ...columns)
  const [, ready, unacknowledged] = stdout
    .split('\n')
    .map((line) => line.split('\t'))
    .find(([queue]) => queue === name) ?? ['', 'none', 'none']
  return [Number(ready), Number(unacknowledged)]
}

test('depth, unacknowledged messages and age of a backlog are those of the broker', async () => {
  const name = 'ocr-document.ocr-requested.v1'
  const pid = processes.find((one) => one.name === 'ocr')?.pid ?? 0
  process.kill(pid, 'SIGSTOP')
  try {
    // The same file again in one project would be refused.
    for (let index = 0; index < 6; index++) await ada.upload(await ada.project(), 'documents', letter)
    const queue = await eventually(
      'the backlog shows',
      async () => {
        const figures = await queueOf(name)
        const own = await brokersOwn(name)
        const same = figures.ready === own[0] && figures.unacknowledged === own[1]
        return same && own[0] + own[1] > 0 && figures.oldestSeconds > 0 && figures
      },
      60,
    )
    // The slow workers take two at a time.
    expect(queue.unacknowledged).toBeLessThanOrEqual(2)
    expect(queue.state).toBe('working')
  } finally {
    process.kill(pid, 'SIGCONT')
  }
  await eventually('it is drained', async () => (await queueOf(name)).state === 'idle', 90)
  const { body } = await olga.call('GET', `/api/v1/monitor/queues/${name}/history?step=5`)
  expect(Math.max(...body.items.map((point: { ready: number }) => point.ready))).toBeGreaterThan(0)
})

test('a paused handler keeps what comes for it, as many as the inbox says, and loses none when it is resumed', async () => {
  const path = '/api/v1/monitor/services/notifications/handlers/email.send-requested.v1'
  const people = [1, 2, 3].map(() => new Client(gatewayUrl))
  // What others asked for a moment ago may wait beside theirs.
  const waiting = async () => {
    const { rows } = await owner.query(
      `select count(*)::int as all, (count(*) filter (where event -> 'data' -> 'recipient' ->> 'userId' = any ($1)))::int as theirs
       from notifications.inbox_messages where status = 'PARKED'`,
      [people.map(({ userId }) => userId)],
    )
    return rows[0]
  }
  const inbox = async () => {
    const boxes = await monitor('outbox')
    return boxes.find(({ app }: { app: string }) => app === 'notifications').inbox
  }
  try {
    expect((await olga.call('POST', `${path}/pause`)).status).toBe(204)
    await Promise.all(people.map((one) => one.register()))
    await eventually(
      'the welcome mails wait, and the monitor says how many do',
      async () => {
        const { parked } = await inbox()
        const { all, theirs } = await waiting()
        return theirs === people.length && parked === all
      },
      60,
    )
    expect((await inbox()).paused).toEqual(['email.send-requested.v1'])
  } finally {
    // Left paused it would fail every test after this one.
    expect((await olga.call('POST', `${path}/resume`)).status).toBe(200)
  }
  for (const one of people) {
    await eventually('the mail has come', async () => {
      const { rows } = await owner.query(
        `select count(*)::int as count from notifications.caught_mails where $1 = any (recipients)`,
        [one.email],
      )
      return rows[0].count === 1
    })
  }
  expect((await waiting()).theirs).toBe(0)
})

test('an event that the broker refused is counted, and released over the API it is published', async () => {
  const row = outboxRow('documents', DEFAULT_TENANT, documentApproved, documentApproved.example)
  await owner.query(
    `insert into documents.outbox_events (id, tenant_id, topic, event, status, attempts, last_error)
     values ($1, $2, $3, $4, 'FAILED', 4, 'nack: made up')`,
    [row.id, row.tenantId, row.topic, row.event],
  )
  const boxes = await monitor('outbox')
  for (const { app, outbox } of boxes) {
    const { rows } = await owner.query(
      `select count(*)::int as failed from ${app}.outbox_events where status = 'FAILED'`,
    )
    expect([app, outbox.failed]).toEqual([app, rows[0].failed])
  }
  expect(boxes.find(({ app }: { app: string }) => app === 'documents').outbox.failed).toBeGreaterThan(0)
  const released = await olga.call('POST', `/api/v1/monitor/outbox/documents/${row.id}/release`)
  expect(released.status).toBe(204)
  await eventually('it is published', async () => {
    const { rows } = await owner.query('select status from documents.outbox_events where id = $1', [row.id])
    return rows[0].status === 'COMPLETED'
  })
})

test('the history knows of every service that it is alive, without anybody asking', async () => {
  const { rows } = await owner.query<{ app: string; alive: boolean }>(
    `select distinct on (app) app, alive from events.service_samples order by app, at desc`,
  )
  const services = processes.filter(({ kind }) => kind === 'service').map(({ service }) => service)
  expect(rows.filter(({ alive }) => alive).map(({ app }) => app)).toEqual(
    services.filter((app) => app !== 'gateway').sort(),
  )
})

test('a worker is scaled up and down, and both replicas are seen', async () => {
  const scale = (replicas: number) =>
    olga.call('POST', '/api/v1/monitor/services/transcription/scale', { replicas })
  const replicas = async () => {
    const services = await monitor('services')
    return services.find(({ app }: { app: string }) => app === 'transcription').replicas.length
  }
  expect((await scale(2)).body).toEqual({ before: 1, wanted: 2 })
  await eventually('there are two', async () => (await replicas()) === 2, 90)
  expect((await scale(1)).body).toEqual({ before: 2, wanted: 1 })
  await eventually('there is one', async () => (await replicas()) === 1, 90)
  expect((await olga.call('POST', '/api/v1/monitor/services/gateway/scale', { replicas: 2 })).status).toBe(
    404,
  )
  expect((await scale(0)).status).toBe(400)
})

test('who is no operator sees and does none of it', async () => {
  for (const path of ['queues', 'services', 'outbox', 'stuck']) {
    expect((await ada.call('GET', `/api/v1/monitor/${path}`)).status).toBe(403)
  }
  expect((await ada.call('POST', '/api/v1/monitor/services/ocr/scale', { replicas: 2 })).status).toBe(403)
})
