import type { CloudEvent } from '@alta/contracts/cloud-event'
import { randomUUIDv7 } from '@alta/kit/identifiers'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { projectEvents, startConsumer, takeOutbox } from './consumer.fixture.ts'
import { operator, startDeadLetters, type TestDeadLetters, type TestTask } from './dead-letters.fixture.ts'

/*
 * Two services, each with its own database and the kit's own inbox; what stands in for broker and task service is a
 * loop that carries events over and asks for steps.
 */
let service: TestDeadLetters
let consumer: Awaited<ReturnType<typeof startConsumer>>
const who = operator()
beforeAll(async () => {
  service = await startDeadLetters()
  consumer = await startConsumer()
})
afterAll(async () => {
  await service.close()
  await consumer.close()
})
beforeEach(async () => {
  await service.tasks()
  await service.copies()
  await service.admin.query(
    'truncate dead_letter_groups, dead_letters, dead_letter_retries, outbox_events, inbox_messages, task_steps',
  )
  await consumer.admin.query('truncate effects, outbox_events, inbox_messages')
})

/** Makes the consumer fail on each event, and files what it gave up. */
async function deadLettersOf(events: readonly CloudEvent[]): Promise<void> {
  consumer.failAt(() => 'not yet')
  await severalAtOnce(events, consumer.receive)
  await carryAnswers()
}

async function carryAnswers(): Promise<void> {
  await severalAtOnce(await takeOutbox(consumer.admin), service.deliver)
}

async function severalAtOnce<Item>(items: readonly Item[], work: (item: Item) => Promise<unknown>) {
  for (let begin = 0; begin < items.length; begin += 8)
    await Promise.all(items.slice(begin, begin + 8).map(work))
}

/** Takes copies to the consumer and its answers back. @returns the copies */
async function carry(): Promise<CloudEvent[]> {
  const copies = await service.copies()
  for (const copy of copies) await consumer.receive(copy)
  await carryAnswers()
  return copies
}

async function startedBy(answer: Awaited<ReturnType<TestDeadLetters['post']>>): Promise<TestTask> {
  expect(answer.status, answer.text).toBe(202)
  const task = (await service.tasks()).find(({ taskId }) => taskId === answer.body.taskId)
  if (!task) throw new Error('no task was asked for')
  return task
}

/** Runs a task to its end. @returns how many copies it sent, by step of the task */
async function run(task: TestTask, onEachStep: () => Promise<unknown> = carry): Promise<number[]> {
  const sent: number[] = []
  for (let steps = 0; task.outcome?.next !== 'end'; steps++) {
    // The rate is kept by the clock; the pause that a step asks for is cut short.
    if (typeof task.outcome?.next === 'object') await new Promise((resolve) => setTimeout(resolve, 20))
    if (steps > 2_000) throw new Error(`the task does not end: ${JSON.stringify(task.outcome)}`)
    await service.step(task)
    if (task.error) throw new Error(task.error.message)
    const copies = await onEachStep()
    if (Array.isArray(copies) && copies.length > 0) sent.push(copies.length)
  }
  return sent
}

const inOrderOfFiling = async (): Promise<string[]> =>
  (await service.admin.query('select subject from dead_letters order by id')).rows.map(
    ({ subject }) => subject,
  )

const statuses = async () =>
  Object.fromEntries(
    (
      await service.admin.query('select status, count(*)::int as count from dead_letters group by status')
    ).rows.map(({ status, count }) => [status, count]),
  )

const groupId = async (): Promise<string> => (await service.get(who, '')).body.items[0].id
const fast = { perSecond: 500 }
const failing =
  (reason = 'still broken') =>
  () =>
    reason

describe('a canary retry', () => {
  it('of 1,000 messages of which 30 % still fail stops by itself in its second step, and says so', async () => {
    const events = projectEvents(1_000)
    await deadLettersOf(events)
    expect(await statuses()).toEqual({ open: 1_000 })
    const order = await inOrderOfFiling()
    const bad = new Set(order.filter((_subject, index) => [2, 5, 8].includes(index % 10)))
    consumer.failAt((projectId) => (bad.has(projectId) ? 'still broken' : undefined))

    const dryRun = await service.post(who, `/${await groupId()}/retry`, { dryRun: true })
    expect(dryRun.body).toMatchObject({ matching: 1_000, retriable: 1_000, invalid: 0 })
    const task = await startedBy(await service.post(who, `/${await groupId()}/retry`, fast))
    expect(await run(task)).toEqual([1, 10])

    const summary =
      'Stopped by itself in step 2: 3 of its 10 messages failed again (30 %, more than the limit of 10 %), ' +
      '7 succeeded. 11 of 1000 were retried; 989 were left alone.'
    expect(task.outcome?.result).toMatchObject({
      stopped: true,
      retried: 11,
      resolved: 8,
      failedAgain: 3,
      leftAlone: 989,
      summary,
    })
    expect(task.log).toEqual([
      '1,000 match, 1,000 can be retried.',
      'Step 1: 1 sent, 1 succeeded, 0 failed again; going on.',
      summary,
    ])
    expect(task.failures.map(({ reason }) => reason)).toEqual(Array(3).fill('RangeError: still broken'))
    expect(await statuses()).toEqual({ open: 992, resolved: 8 })
    expect([...(await consumer.effects()).values()]).toEqual(Array(8).fill(1))
  }, 120_000)

  it('goes 1, 10, 100 and then through all the others when they succeed', async () => {
    await deadLettersOf(projectEvents(150))
    consumer.failAt(() => undefined)
    const task = await startedBy(await service.post(who, `/${await groupId()}/retry`, fast))
    const sent = await run(task)
    expect(sent.slice(0, 2)).toEqual([1, 10])
    expect(sent.reduce((sum, count) => sum + count, 0)).toBe(150)
    const steps = [1, 10, 100, 39].map((size) => ({ sent: size, resolved: size, failed: 0 }))
    expect(task.outcome?.result).toMatchObject({ steps })
    expect(task.outcome).toMatchObject({ done: 150, failed: 0, total: 150 })
    expect(await statuses()).toEqual({ resolved: 150 })
    expect([...(await consumer.effects()).values()]).toEqual(Array(150).fill(1))
  }, 60_000)

  it('stops at the first moment that is certain, in the middle of a step', async () => {
    await deadLettersOf(projectEvents(60))
    consumer.failAt(failing())
    const pace = { ...fast, steps: [], perSecond: 5, threshold: 0.1 }
    const task = await startedBy(await service.post(who, `/${await groupId()}/retry`, pace))
    await run(task)
    expect(task.outcome?.result).toMatchObject({ stopped: true })
    // 7 of 60 are more than a tenth; they were sent five at a time.
    expect(task.outcome?.failed).toBeGreaterThanOrEqual(7)
    expect((await consumer.admin.query('select 1 from inbox_messages')).rows.length).toBeLessThanOrEqual(
      60 + 15,
    )
  })

  it('keeps its rate', async () => {
    await deadLettersOf(projectEvents(12))
    consumer.failAt(() => undefined)
    const pace = { steps: [], perSecond: 4 }
    const task = await startedBy(await service.post(who, `/${await groupId()}/retry`, pace))
    const began = Date.now()
    await run(task)
    expect(Date.now() - began).toBeGreaterThanOrEqual(1_900)
  })

  it('counts copies without an answer as failed once its patience is over', async () => {
    await deadLettersOf(projectEvents(3))
    const pace = { ...fast, steps: [1], patienceSeconds: 1 }
    const task = await startedBy(await service.post(who, `/${await groupId()}/retry`, pace))
    await run(task, async () => new Promise((resolve) => setTimeout(resolve, 50)))
    expect(task.outcome).toMatchObject({ done: 0, failed: 1, total: 3 })
    expect(task.log.at(-1)).toContain('Of those, 1 had not answered within 1 s.')
    expect(await statuses()).toEqual({ open: 2, retrying: 1 })
  })

  it('tells before what it then does: no longer valid, already handled, discarded', async () => {
    const events = projectEvents(20)
    await deadLettersOf(events)
    await service.admin.query(`
      update dead_letters set status = 'resolved' where id in (select id from dead_letters order by id limit 4);
      update dead_letters set status = 'discarded'
        where id in (select id from dead_letters where status = 'open' order by id limit 2);
      update dead_letters set event = replace(event, subject, 'no-uuid')
        where id in (select id from dead_letters where status = 'open' order by id limit 3)`)
    const { body } = await service.post(who, `/${await groupId()}/retry`, { dryRun: true })
    expect(body).toMatchObject({
      ...{ matching: 20, retriable: 11, invalid: 3, alreadyHandled: 4, discarded: 2, underWay: 0 },
      summary: '20 match, 11 can be retried, 3 no longer valid (schema), 4 already handled, 2 discarded',
    })
    expect(body.invalidMessages[0].faults[0].path).toBe('data.projectId')
    expect(await service.copies()).toEqual([])

    consumer.failAt(() => undefined)
    const task = await startedBy(await service.post(who, `/${await groupId()}/retry`, fast))
    await run(task)
    const { matching, retriable, invalid, alreadyHandled, discarded } = body
    expect(task.outcome?.result).toMatchObject({
      ...{ matching, retriable, invalid, alreadyHandled, discarded, retried: retriable },
    })
    expect(task.outcome).toMatchObject({ done: 11, failed: 3, total: 14 })
    expect(task.failures.every(({ reason }) => reason.startsWith('not valid: data.projectId'))).toBe(true)
  })

  it('can be repeated for what failed, and nothing else', async () => {
    const events = projectEvents(6)
    await deadLettersOf(events)
    const bad = new Set(events.slice(0, 2).map(({ subject }) => subject))
    consumer.failAt((projectId) => (bad.has(projectId) ? 'still broken' : undefined))
    const task = await startedBy(
      await service.post(who, `/${await groupId()}/retry`, { ...fast, threshold: 1 }),
    )
    await run(task)
    expect(task.outcome).toMatchObject({ done: 4, failed: 2, total: 6 })

    consumer.failAt(() => undefined)
    const [first, second] = task.failures.map(({ item }) => item)
    Object.assign(task, { run: 2, step: 0, outcome: undefined })
    await service.step(task, { items: [first ?? ''], more: true })
    await service.step(task, { items: [second ?? ''], more: false })
    await carry()
    await run(task)
    expect(task.outcome).toMatchObject({ done: 2, failed: 0, total: 2 })
    expect([...(await consumer.effects()).values()]).toEqual(Array(6).fill(1))
  })

  it('leaves alone what was filed after it was asked for', async () => {
    await deadLettersOf(projectEvents(2))
    const answer = await service.post(who, `/${await groupId()}/retry`, fast)
    await deadLettersOf(projectEvents(3))
    consumer.failAt(() => undefined)
    const task = await startedBy(answer)
    await run(task)
    expect(task.outcome).toMatchObject({ total: 2 })
    expect(await statuses()).toEqual({ resolved: 2, open: 3 })
  })

  it('passes over what somebody else has dealt with meanwhile', async () => {
    await deadLettersOf(projectEvents(3))
    consumer.failAt(() => undefined)
    const task = await startedBy(await service.post(who, `/${await groupId()}/retry`, fast))
    await service.step(task)
    await service.admin.query(`update dead_letters set status = 'discarded' where status = 'open'`)
    await carry()
    await run(task)
    expect(task.outcome).toMatchObject({ done: 1, failed: 0, total: 1, result: { skipped: 2 } })
    expect(await statuses()).toEqual({ resolved: 1, discarded: 2 })
  })

  it('of a second retry beside it sends nothing twice', async () => {
    await deadLettersOf(projectEvents(30))
    consumer.failAt(() => undefined)
    const pace = { ...fast, steps: [] }
    const one = await startedBy(await service.post(who, `/${await groupId()}/retry`, pace))
    const two = await startedBy(await service.post(who, `/${await groupId()}/retry`, pace))
    await Promise.all([service.step(one), service.step(two)])
    expect(await carry()).toHaveLength(30)
    await run(one)
    await run(two)
    expect([...(await consumer.effects()).values()]).toEqual(Array(30).fill(1))
  })
})

describe('a copy', () => {
  it('is the event itself, for the app that failed, with one attempt', async () => {
    const events = projectEvents(1)
    await deadLettersOf(events)
    const task = await startedBy(await service.post(who, `/${await groupId()}/retry`, fast))
    await service.step(task)
    const [copy] = await service.copies()
    expect(copy).toEqual({
      ...events[0],
      replayfor: 'reviews',
      replayid: expect.any(String),
      replayattempts: '1',
    })
    const [message] = (await service.get(who, `/${await groupId()}/messages`)).body.items
    const { body } = await service.get(who, `/${await groupId()}/messages/${message.id}`)
    expect(body).toMatchObject({ status: 'retrying', retries: 1, lastRetriedAt: expect.any(String) })
    expect(body.retried).toEqual([
      expect.objectContaining({ taskId: task.taskId, step: 1, replayId: copy?.replayid, outcome: 'waiting' }),
    ])
  })

  it('that has not answered for long is sent again as the same copy, which has its effect once', async () => {
    await deadLettersOf(projectEvents(1))
    consumer.failAt(() => undefined)
    const first = await startedBy(await service.post(who, `/${await groupId()}/retry`, fast))
    await service.step(first)
    const [copy] = await service.copies()
    if (!copy) throw new Error('no copy was sent')
    // It is handled, but the answer gets lost.
    await consumer.receive(copy)
    await takeOutbox(consumer.admin)
    const again = async () => startedBy(await service.post(who, `/${await groupId()}/retry`, fast))
    const tooEarly = await again()
    await run(tooEarly)
    expect(tooEarly.outcome).toMatchObject({ total: 0, result: { underWay: 1 } })

    await service.admin.query(`update dead_letters set last_retried_at = now() - interval '16 minutes'`)
    await service.step(await again())
    const [same] = await service.copies()
    expect(same).toEqual(copy)
    await consumer.receive(same ?? copy)
    expect([...(await consumer.effects()).values()]).toEqual([1])
  })

  it('of what reached no handler is the event itself, for whoever has not had it', async () => {
    const [event] = projectEvents(1)
    if (!event) throw new Error('one was asked for')
    await service.deliverRaw({ data_base64: Buffer.from(JSON.stringify(event)).toString('base64') })
    const task = await startedBy(await service.post(who, `/${await groupId()}/retry`, fast))
    await run(task, async () => undefined)
    const [copy] = await service.copies()
    expect(copy).toEqual({ ...event, redelivery: expect.any(String) })
    expect(await statuses()).toEqual({ resolved: 1 })
    // It fails to arrive again: the same dead letter is open again.
    await service.deliverRaw({ data_base64: Buffer.from(JSON.stringify(copy)).toString('base64') })
    expect(await statuses()).toEqual({ open: 1 })
  })
})

describe('what a retry is about', () => {
  it('may be groups, messages or a filter', async () => {
    const [a, b, c, d] = projectEvents(4)
    if (!a || !b || !c || !d) throw new Error('four were asked for')
    await service.fail(a)
    await service.fail(b, { errorClass: 'RangeError' })
    await service.fail(c, { app: 'ocr', handler: `ocr/${c.topic}` })
    await service.fail(d, { app: 'ocr', handler: `ocr/${d.topic}`, errorClass: 'RangeError' })
    const all = (await service.get(who, '')).body.items
    const idOf = async (group: string) => (await service.get(who, `/${group}/messages`)).body.items[0].id
    const count = async (body: unknown) =>
      (await service.post(who, '/retry', { ...(body as object), dryRun: true })).body.matching
    expect(await count({ groups: [all[0].id, all[1].id] })).toBe(2)
    expect(await count({ ids: [await idOf(all[0].id)] })).toBe(1)
    expect(await count({ groups: [all[0].id], ids: [await idOf(all[1].id)] })).toBe(0)
    expect(await count({ filter: { app: 'ocr' } })).toBe(2)
    expect(await count({ filter: { app: ['ocr', 'reviews'], not: { errorClass: 'RangeError' } } })).toBe(2)
    expect(await count({ filter: { field: { path: 'data.projectId', is: a.subject } } })).toBe(1)
    expect(await count({ filter: { text: b.subject.toUpperCase() } })).toBe(1)
    expect(await count({ all: true })).toBe(4)
  })

  it('is never everything without being said', async () => {
    for (const event of projectEvents(2)) await service.fail(event)
    const before = (await service.tasks()).length
    for (const wrong of [
      {},
      { filter: {} },
      { filter: { not: {} } },
      { all: true, filter: { app: 'ocr' } },
    ]) {
      const { status, body } = await service.post(who, '/retry', wrong)
      expect([status, body.code]).toEqual([400, 'selection_required'])
    }
    const { status, body } = await service.post(who, '/retry', { filter: { app: 'reviews' } })
    expect([status, body.code, body.matching]).toEqual([422, 'filter_matches_everything', 2])
    expect(await service.tasks()).toHaveLength(before)
    expect((await service.post(who, '/retry', { all: true })).status).toBe(202)
  })

  it('is not everything by accident either when the task is started by itself', async () => {
    for (const event of projectEvents(2)) await service.fail(event)
    const task = await startedBy(await service.post(who, '/retry', { all: true, ...fast }))
    task.params.selection = { filter: { app: 'reviews' } }
    await service.step(task)
    expect(task.error).toMatchObject({ code: 'filter_matches_everything' })
    expect(await service.copies()).toEqual([])
  })

  it('must exist', async () => {
    expect((await service.post(who, `/${randomUUIDv7()}/retry`, {})).body.code).toBe('group_not_found')
    expect((await service.post(who, '/retry', { groups: [randomUUIDv7()] })).body.code).toBe(
      'group_not_found',
    )
    expect((await service.post(who, '/retry', { ids: [randomUUIDv7()] })).body.code).toBe('nothing_matches')
  })

  it('is asked for once when it is asked for twice with the same key', async () => {
    await deadLettersOf(projectEvents(1))
    const key = { 'idempotency-key': randomUUIDv7() }
    const before = (await service.tasks()).length
    const first = await service.post(who, `/${await groupId()}/retry`, fast, key)
    const second = await service.post(who, `/${await groupId()}/retry`, fast, key)
    expect(second.body).toEqual(first.body)
    expect((await service.tasks()).length).toBe(before + 1)
  })
})
