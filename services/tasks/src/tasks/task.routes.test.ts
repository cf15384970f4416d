import { setTimeout as delay } from 'node:timers/promises'
import { json } from '@alta/kit/http/app-under-test'
import { randomUUIDv7 } from '@alta/kit/identifiers'
import { person } from '@alta/kit/testing/person'
import { eventually } from '@alta/kit/testing/wait'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { counting, timesDone } from './counting.fixture.ts'
import { type RunningTasks, startTasks } from './running-tasks.fixture.ts'

// Waits for conditions; on a busy machine these take their time.
vi.setConfig({ testTimeout: 90_000 })

let tasks: RunningTasks
beforeAll(async () => {
  tasks = await startTasks({
    types: [counting, { ...counting, type: 'guarded', permission: 'operations:write' }],
  })
}, 120_000)
afterAll(() => tasks?.[Symbol.asyncDispose]())

const body = async (response: Response) => ({
  status: response.status,
  ...((await response.json()) as object),
})
const post = async (path: string, content: unknown, headers = {}, who = tasks.someone) =>
  body(await tasks.call(who, path, json(content, headers)))
const read = async (path: string, who = tasks.someone) => body(await tasks.call(who, path))

test('a type that nobody has announced is refused, with those that are known', async () => {
  expect(await post('/tasks', { type: 'cooking', params: {} })).toMatchObject({
    status: 400,
    code: 'unknown_task_type',
    known: ['counting', 'guarded'],
  })
})

test('parameters are checked against the schema that the type was announced with, each fault once', async () => {
  const refused = await post('/tasks', { type: 'counting', params: { word: 7, to: 1.5 } })
  expect(refused).toMatchObject({ status: 400, code: 'validation_failed' })
  const { errors } = refused as unknown as { errors: { path: string }[] }
  expect(errors.map(({ path }) => path).sort()).toEqual(['body.params.to', 'body.params.word'])
  for (const wrong of [
    {},
    { type: 7 },
    { type: 'counting', params: [] },
    { type: 'counting', more: 1 },
    [],
  ]) {
    expect(await post('/tasks', wrong)).toMatchObject({ status: 400, code: 'validation_failed' })
  }
})

test('a type asks for its own permission', async () => {
  const params = { word: randomUUIDv7(), to: 1 }
  expect(await post('/tasks', { type: 'guarded', params })).toMatchObject({ status: 403, code: 'forbidden' })
  const operator = person({ roles: ['operator'] })
  expect(await post('/tasks', { type: 'guarded', params }, {}, operator)).toMatchObject({ status: 202 })
})

test('fifty starts of one task at once: one runs', async () => {
  const word = randomUUIDv7()
  const key = randomUUIDv7()
  const start = () =>
    post('/tasks', { type: 'counting', params: { word, to: 3 } }, { 'idempotency-key': key })
  const answers = await Promise.all(Array.from({ length: 50 }, start))
  const accepted = answers.filter(({ status }) => status === 202) as unknown as { id: string }[]
  expect(new Set(accepted.map(({ id }) => id)).size).toBe(1)
  for (const { status } of answers) expect([202, 409]).toContain(status)
  expect(await start()).toMatchObject({ status: 202, id: accepted[0]?.id })
  await tasks.until(accepted[0]?.id ?? '', 'completed')
  expect(timesDone(word)).toEqual([1, 1, 1])
  console.info(`50 starts at once: ${accepted.length} were answered with the one task, the rest told to wait`)
  expect(
    await post('/tasks', { type: 'counting', params: { word, to: 4 } }, { 'idempotency-key': key }),
  ).toMatchObject({ status: 422, code: 'idempotency_key_reused' })
})

test('people see their own tasks, operators everybody’s, and nobody those of another tenant', async () => {
  const id = await tasks.start('counting', { word: randomUUIDv7(), to: 1 })
  const other = person()
  const operator = person({ roles: ['operator'] })
  const foreigner = person({ roles: ['operator'], tenantId: randomUUIDv7() })
  for (const path of ['', '/result', '/log', '/failures', '/events']) {
    expect(await read(`/tasks/${id}${path}`, other)).toMatchObject({ status: 404, code: 'task_not_found' })
    expect(await read(`/tasks/${id}${path}`, foreigner)).toMatchObject({
      status: 404,
      code: 'task_not_found',
    })
  }
  expect(await post(`/tasks/${id}/cancel`, undefined, {}, other)).toMatchObject({ status: 404 })
  expect(await read('/tasks', other)).toMatchObject({ items: [] })
  expect(await read(`/tasks/${id}`, operator)).toMatchObject({ status: 200, id })
  const { items } = (await read('/tasks?limit=100', operator)) as unknown as { items: { id: string }[] }
  expect(items.map((item) => item.id)).toContain(id)
  expect(await read('/tasks?mine=true', operator)).not.toMatchObject({ items: [{ id }] })
})

test('a list is filtered by type and state and goes on where its page ended', async () => {
  const somebody = { ...tasks.someone, userId: randomUUIDv7() }
  for (const to of [1, 1, 1]) {
    await post('/tasks', { type: 'counting', params: { word: randomUUIDv7(), to } }, {}, somebody)
  }
  await eventually('all are completed', async () => {
    const { items } = (await read('/tasks?state=completed&type=counting', somebody)) as unknown as {
      items: unknown[]
    }
    return items.length === 3
  })
  const first = (await read('/tasks?limit=2', somebody)) as unknown as {
    items: { id: string }[]
    nextCursor: string
  }
  const second = (await read(
    `/tasks?limit=2&cursor=${first.nextCursor}`,
    somebody,
  )) as unknown as typeof first
  expect([first.items.length, second.items.length, second.nextCursor]).toEqual([2, 1, null])
  expect(await read('/tasks?state=failed', somebody)).toMatchObject({ items: [] })
  expect(await read('/tasks?state=lost', somebody)).toMatchObject({ status: 400 })
  expect(await read('/tasks?cursor=nonsense', somebody)).toMatchObject({
    status: 400,
    code: 'invalid_cursor',
  })
})

test('what has not failed cannot be retried', async () => {
  const id = await tasks.start('counting', { word: randomUUIDv7(), to: 1 })
  await tasks.until(id, 'completed')
  expect(await post(`/tasks/${id}/retry`, {})).toMatchObject({ status: 409, code: 'invalid_transition' })
  expect(await post(`/tasks/${id}/cancel`, undefined)).toMatchObject({
    status: 409,
    code: 'invalid_transition',
  })
  expect(await post(`/tasks/${id}/retry`, { only: 'some' })).toMatchObject({ status: 400 })
})

/** Server-sent events until the stream ends, or `stop` says that it has seen enough. */
async function follow(id: string, after?: string, stop: (events: string[]) => boolean = () => false) {
  const response = await tasks.call(tasks.someone, `/tasks/${id}/events`, {
    headers: { accept: 'text/event-stream', ...(after === undefined ? {} : { 'last-event-id': after }) },
  })
  expect(response.headers.get('content-type')).toMatch(/^text\/event-stream/)
  let text = ''
  for await (const chunk of response.body ?? []) {
    text += Buffer.from(chunk).toString()
    if (stop(text.split('\n\n'))) break
  }
  return text
    .split('\n\n')
    .filter((one) => one.startsWith('id:'))
    .map((one) => {
      const [, eventId = '', name = '', data = ''] = /^id: (\d+)\nevent: (\w+)\ndata: (.*)$/.exec(one) ?? []
      return { id: Number(eventId), name, data: JSON.parse(data) as Record<string, unknown> }
    })
}

test('a stream tells every transition and the progress between, and goes on after the last one seen', async () => {
  const id = await tasks.start('counting', { word: randomUUIDv7(), to: 4, pauseSeconds: 0.6 })
  const seen = await follow(
    id,
    undefined,
    (events) => events.filter((one) => one.includes('progress')).length >= 2,
  )
  expect(seen[0]).toMatchObject({ name: 'changed', data: { from: null, to: 'pending' } })
  expect(seen.some(({ name }) => name === 'progress')).toBe(true)
  await delay(700)
  const last = seen.at(-1)?.id ?? 0
  const rest = await follow(id, String(last))
  expect(rest.every((event) => event.id >= last)).toBe(true)
  expect(rest.filter(({ name }) => name === 'changed').map(({ data }) => data.to)).toEqual(['completed'])
  expect(rest.at(-1)).toMatchObject({ name: 'end', data: { state: 'completed', progress: { done: 4 } } })
  const ids = [...seen, ...rest].map((event) => event.id)
  expect(ids).toEqual(ids.toSorted((one, other) => one - other))
})

test('one person follows twenty tasks at once and no more, whoever leaves makes room', async () => {
  const id = await tasks.start('counting', { word: randomUUIDv7(), to: 2, pauseSeconds: 600 })
  const open = Array.from({ length: 20 }, () => new AbortController())
  const one = ({ signal }: AbortController) =>
    tasks.call(tasks.someone, `/tasks/${id}/events`, { headers: { accept: 'text/event-stream' }, signal })
  const answers = await Promise.all(open.map(one))
  expect(answers.every(({ status }) => status === 200)).toBe(true)
  expect(await read(`/tasks/${id}/events`)).toMatchObject({ status: 429, code: 'too_many_streams' })
  const operator = person({ roles: ['operator'], tenantId: tasks.someone.tenantId })
  const other = await tasks.call(operator, `/tasks/${id}/events`, {})
  expect(other.status).toBe(200)
  await other.body?.cancel()
  open[0]?.abort()
  await eventually('there is room again', async () => {
    const again = await one(new AbortController())
    await again.body?.cancel()
    return again.status === 200
  })
  for (const stream of open) stream.abort()
  await post(`/tasks/${id}/cancel`, undefined)
})
