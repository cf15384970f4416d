import { documentApproved } from '@alta/contracts/events/document-approved.v1'
import { projectDeleted } from '@alta/contracts/events/project-deleted.v1'
import { randomUUIDv7 } from '@alta/kit/identifiers'
import { startRedis } from '@alta/kit/testing/own-redis'
import { person } from '@alta/kit/testing/person'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type LiveClient, startLive, type TestLive } from './live.fixture.ts'

let live: TestLive
let redis: Awaited<ReturnType<typeof startRedis>>
beforeAll(async () => {
  redis = await startRedis()
  live = await startLive({
    REDIS_URL: `redis://${redis.host}`,
    LIVE_KEPT_CHANGES: 50,
    LIVE_CONNECTIONS_PER_USER: 1_000,
  })
})
afterAll(async () => {
  await live.close()
  await redis.stop()
})

async function change(projectId: string): Promise<string> {
  const documentId = randomUUIDv7()
  await live.tell(documentApproved, { ...documentApproved.example, documentId, projectId })
  return documentId
}
const types = ({ messages }: LiveClient) => messages.map(({ type }) => type)

test('many clients at two replicas are all told of every change, once', async () => {
  const other = await live.start()
  const owner = person()
  const projectId = await live.project(owner)
  const clients = await Promise.all(
    Array.from({ length: 100 }, (_, index) =>
      live.connect(owner, { replica: index % 2 ? other : live.first }),
    ),
  )
  const changes = [await change(projectId), await change(projectId), await change(projectId)]
  for (const client of clients) await expect.poll(() => client.changed).toEqual(changes)
  for (const { socket } of clients) socket.terminate()
})

test('clients of a replica that dies come back to another one and miss nothing', async () => {
  const dying = await live.start()
  const owner = person()
  const projectId = await live.project(owner)
  const before = await live.connect(owner, { replica: dying })
  const first = await change(projectId)
  await expect.poll(() => before.changed).toEqual([first])
  before.socket.terminate()
  await dying.drain(0)
  const missed = [await change(projectId), await change(projectId)]
  const after = await live.connect(owner, { after: before.at })
  missed.push(await change(projectId))
  await expect.poll(() => after.changed).toEqual(missed)
  expect(types(after)).not.toContain('refresh')
})

test('a replica that starts later knows what was before it', async () => {
  const owner = person()
  const projectId = await live.project(owner)
  const before = await live.connect(owner)
  const missed = [await change(projectId), await change(projectId)]
  const { at } = before.messages[0] ?? { at: '' }
  const late = await live.start()
  const after = await live.connect(owner, { replica: late, after: at })
  await expect.poll(() => after.changed).toEqual(missed)
})

test('whoever was away for too long is told to look at everything anew', async () => {
  const owner = person()
  const projectId = await live.project(owner)
  const before = await live.connect(owner)
  // More than Redis keeps, which trims in portions of a hundred.
  for (let count = 0; count < 400; count++) await change(projectId)
  const late = await live.start()
  const { at } = before.messages[0] ?? { at: '' }
  const after = await live.connect(owner, { replica: late, after: at })
  await expect.poll(() => types(after)).toContain('refresh')
})

test('a project that has ended meanwhile is a reason to look at everything anew', async () => {
  const owner = person()
  const projectId = await live.project(owner)
  const before = await live.connect(owner)
  await live.tell(projectDeleted, { projectId }, { sequence: '2' })
  await expect.poll(() => before.changed).toEqual([projectId])
  const after = await live.connect(owner, { after: before.messages[0]?.at ?? '' })
  await expect.poll(() => types(after)).toContain('refresh')
})

test('when Redis has lost everything, whoever is connected or comes back looks anew and hears on', async () => {
  const owner = person()
  const projectId = await live.project(owner)
  const connected = await live.connect(owner)
  const { at } = connected
  await redis.client.flushall()
  const next = await change(projectId)
  await expect.poll(() => types(connected)).toContain('refresh')
  const back = await live.connect(owner, { after: at })
  await expect.poll(() => types(back)).toContain('refresh')
  const last = await change(projectId)
  await expect.poll(() => connected.changed.at(-1)).toBe(last)
  await expect.poll(() => back.changed).toEqual([last])
  expect(next).not.toBe(last)
})

test('a replica that ends sends its clients away with a time to come back', async () => {
  const ending = await live.start()
  const owner = person()
  const client = await live.connect(owner, { replica: ending })
  await ending.drain(200)
  expect(await client.closed).toBe(1001)
  expect(client.messages.at(-1)).toMatchObject({ type: 'reconnect', afterMs: expect.any(Number) })
  await expect(live.connect(owner, { replica: ending })).rejects.toThrow()
})
