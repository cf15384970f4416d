import { userRegistered } from '@alta/contracts/events/user-registered.v1'
import { randomUUIDv7 } from '@alta/kit/identifiers'
import { eventOf } from '@alta/kit/testing/deliver'
import { eventually } from '@alta/kit/testing/wait'
import { connect } from 'amqplib'
import pg from 'pg'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { Client } from '../support/client.ts'
import { registerOperator } from '../support/operator.ts'
import { readPlaces, readPlatform } from '../support/platform.ts'

// What a service cannot handle is found with its reason, mended, retried and seen to be handled, all over the gateway.

const home = inject('home')
const { gatewayUrl } = readPlatform(home)
const places = readPlaces(home)
const owner = new pg.Client({ connectionString: places.postgres.ownerUrl })
const olga = new Client(gatewayUrl)
const ada = new Client(gatewayUrl)

const person = { userId: randomUUIDv7(), email: 'broken@example.org', name: 'Grace', locale: 'en' }
const broken = { ...eventOf(userRegistered, person), data: { ...person, name: 7 } }
const open = `/api/v1/dead-letters?app=notifications&correlationId=${broken.correlationid}`
let group: { id: string; errorClass: string }
let letter: { id: string }

beforeAll(async () => {
  await owner.connect()
  await ada.register()
  await registerOperator(owner, olga)
  const connection = await connect(places.rabbitmqUrl)
  const channel = await connection.createConfirmChannel()
  const body = Buffer.from(JSON.stringify(broken))
  channel.publish(userRegistered.topic, '', body, { contentType: 'application/cloudevents+json' })
  await channel.waitForConfirms()
  await connection.close()
})
afterAll(() => owner.end())

async function contacts(): Promise<string[]> {
  const { rows } = await owner.query('select name from notifications.contacts where user_id = $1', [
    person.userId,
  ])
  return rows.map(({ name }) => name)
}

async function ended(taskId: string) {
  return eventually(
    'the task has ended',
    async () => {
      const { body } = await olga.call('GET', `/api/v1/tasks/${taskId}`)
      return ['completed', 'failed', 'cancelled'].includes(body.state) && body
    },
    90,
  )
}

test('an event that breaks its contract is a dead letter with the failing path and a valid sample beside it', async () => {
  group = await eventually(
    'it is filed',
    async () => (await olga.call('GET', open)).body.items[0] ?? false,
    60,
  )
  expect(group).toMatchObject({
    errorClass: 'schema_validation_failed',
    handler: 'notifications/user.registered.v1',
    status: 'new',
  })
  const { body } = await olga.call(
    'GET',
    `/api/v1/dead-letters/${group.id}/messages?correlationId=${broken.correlationid}`,
  )
  letter = body.items[0]
  expect(letter).toMatchObject({ messageId: broken.id, kind: 'failed', status: 'open' })
  const detail = await olga.call('GET', `/api/v1/dead-letters/${group.id}/messages/${letter.id}`)
  expect(detail.body.faults).toMatchObject([{ path: 'data.name' }])
  expect(detail.body.validSample.data).toMatchObject({ name: expect.any(String) })
  expect((await ada.call('GET', open)).status).toBe(403)
})

test('a dry run says that it would fail again, and a patch that breaks it otherwise is refused', async () => {
  const one = { ids: [letter.id] }
  const dry = await olga.call('POST', `/api/v1/dead-letters/${group.id}/retry`, { ...one, dryRun: true })
  expect(dry).toMatchObject({ status: 200, body: { matching: 1, invalid: 1 } })
  const patch = [{ op: 'replace', path: '/data/email', value: 'no address' }]
  const refused = await olga.call('POST', `/api/v1/dead-letters/${group.id}/edit`, { ...one, patch })
  expect(refused).toMatchObject({ status: 422, body: { code: 'patch_breaks_messages' } })
})

test('edited it is sent to that service alone, handled there, and closed; who did it is in the audit log', async () => {
  const patch = [{ op: 'replace', path: '/data/name', value: 'Grace Hopper' }]
  const path = `/api/v1/dead-letters/${group.id}/edit`
  const edited = await olga.call('POST', path, { ids: [letter.id], patch })
  expect(edited.status).toBe(202)
  expect(await ended(edited.body.taskId)).toMatchObject({
    state: 'completed',
    progress: { done: 1, failed: 0 },
  })
  expect(await contacts()).toEqual(['Grace Hopper'])
  const { body } = await olga.call('GET', `/api/v1/dead-letters/${group.id}/messages/${letter.id}`)
  expect(body).toMatchObject({ status: 'resolved', edited: true, originalEvent: { data: { name: 7 } } })
  const noted = await eventually('it is noted', async () => {
    const action = encodeURIComponent('POST /api/v1/dead-letters/:group/edit')
    const entries = await olga.call('GET', `/api/v1/audit?action=${action}&resource=${group.id}`)
    return entries.body.items.find(({ outcome }: { outcome: string }) => outcome === 'allowed')
  })
  expect(noted).toMatchObject({ actor: { userId: olga.userId }, address: '127.0.0.1' })
})

test('what was handled is not edited and sent again', async () => {
  const patch = [{ op: 'replace', path: '/data/name', value: 'Grace Murray' }]
  const path = `/api/v1/dead-letters/${group.id}/edit`
  const again = await olga.call('POST', path, { ids: [letter.id], patch })
  expect([again.status, again.body.code]).toEqual([422, 'nothing_matches'])
  expect(await contacts()).toEqual(['Grace Hopper'])
})
