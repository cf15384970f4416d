import type { CloudEvent } from '@alta/contracts/cloud-event'
import { messageRejected } from '@alta/contracts/events/message-rejected.v1'
import { randomUUIDv7 } from '@alta/kit/identifiers'
import { eventOf } from '@alta/kit/testing/deliver'
import { person } from '@alta/kit/testing/person'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { projectEvents } from './consumer.fixture.ts'
import { operator, startDeadLetters, type TestDeadLetters, type TestTask } from './dead-letters.fixture.ts'
import { purgeDeadLetters } from './purge.ts'

let service: TestDeadLetters
const who = operator()
beforeAll(async () => {
  service = await startDeadLetters()
})
afterAll(() => service.close())
beforeEach(async () => {
  await service.tasks()
  await service.copies()
  await truncate(service)
})
const truncate = ({ admin }: TestDeadLetters) =>
  admin.query(`truncate dead_letter_groups, dead_letters, dead_letter_retries, dead_letter_proposals, outbox_events,
    inbox_messages, task_steps`)

const fast = { perSecond: 500, steps: [] }
const groupId = async (): Promise<string> => (await service.get(who, '')).body.items[0].id
const letters = async () => (await service.admin.query('select * from dead_letters order by id')).rows
const statuses = async () => (await letters()).map(({ status }) => status)

/** Files events whose project id is no UUID, as a producer of another age might have made them. */
async function broken(count: number): Promise<CloudEvent[]> {
  const events = projectEvents(count).map((event) => ({ ...event, data: { projectId: 'seven' } }))
  for (const event of events) {
    await service.fail(event, {
      errorClass: 'schema_validation_failed',
      message: 'data.projectId: Invalid UUID',
    })
  }
  return events
}

async function taskOf(
  answer: Awaited<ReturnType<TestDeadLetters['post']>>,
  of: TestDeadLetters = service,
): Promise<TestTask> {
  expect(answer.status, answer.text).toBe(202)
  const task = (await of.tasks()).find(({ taskId }) => taskId === answer.body.taskId)
  if (!task) throw new Error('no task was asked for')
  return task
}

/** Runs a task to its end, with an app that handles every copy. */
async function run(task: TestTask, of: TestDeadLetters = service): Promise<CloudEvent[]> {
  const sent: CloudEvent[] = []
  for (let steps = 0; task.outcome?.next !== 'end'; steps++) {
    if (steps > 500) throw new Error(`the task does not end: ${JSON.stringify(task.outcome)}`)
    await of.step(task)
    if (task.error) throw new Error(`${task.error.code}: ${task.error.message}`)
    for (const copy of await of.copies()) {
      sent.push(copy)
      await of.handle(copy)
    }
  }
  return sent
}

describe('an edit', () => {
  const projectId = randomUUIDv7()
  const patch = [
    { op: 'test', path: '/data/projectId', value: 'seven' },
    { op: 'replace', path: '/data/projectId', value: projectId },
  ]

  it('is shown first: each message with what was there and what will be', async () => {
    await broken(3)
    const { status, body } = await service.post(who, `/${await groupId()}/edit`, { patch, dryRun: true })
    expect(status).toBe(200)
    expect(body).toMatchObject({ matching: 3, retriable: 3, invalid: 0 })
    expect(body.edits).toHaveLength(3)
    expect(body.edits[0].changes).toEqual([{ path: '/data/projectId', before: 'seven', after: projectId }])
    expect((await letters()).every(({ edited_at }) => edited_at === null)).toBe(true)
  })

  it('sends the edited copy, keeps the original, and says who did it', async () => {
    const [event] = await broken(1)
    const copies = await run(
      await taskOf(await service.post(who, `/${await groupId()}/edit`, { patch, ...fast })),
    )
    expect(copies).toEqual([
      expect.objectContaining({
        id: event?.id,
        data: { projectId },
        subject: projectId,
        replayfor: 'reviews',
      }),
    ])
    const [letter] = await letters()
    expect(letter).toMatchObject({ status: 'resolved', edited_by: who.userId })
    expect(JSON.parse(letter.original_event)).toEqual(event)
    const { body } = await service.get(who, `/${letter.group_id}/messages/${letter.id}`)
    expect(body).toMatchObject({
      edited: true,
      originalEvent: event,
      event: { data: { projectId } },
      faults: [],
    })
  })

  it('that breaks the contract is refused with the path of each message, and changes nothing', async () => {
    await broken(2)
    const wrong = [{ op: 'replace', path: '/data/projectId', value: 8 }]
    const { status, body } = await service.post(who, `/${await groupId()}/edit`, { patch: wrong })
    expect([status, body.code]).toEqual([422, 'patch_breaks_messages'])
    const [letter] = await letters()
    expect(body.errors[0].path).toBe(`messages.${letter.id}.data.projectId`)
    expect(body.errors).toHaveLength(2)
    expect(letter.edited_at).toBeNull()
    const unfitting = [{ op: 'test', path: '/data/projectId', value: 'eight' }, ...patch]
    const refused = await service.post(who, `/${await groupId()}/edit`, { patch: unfitting })
    expect([refused.status, refused.body.errors[0].path]).toEqual([422, `messages.${letter.id}.patch.0`])
  })

  it('changes what an event carries, not what it says of itself', async () => {
    await broken(1)
    for (const path of ['/tenantid', '/source', '/id', '/topic', '']) {
      const body = { patch: [...patch, { op: 'replace', path, value: randomUUIDv7() }] }
      expect((await service.post(who, `/${await groupId()}/edit`, body)).status).toBe(422)
    }
    const notAPatch = await service.post(who, `/${await groupId()}/edit`, {
      patch: [{ op: 'burn', path: '/data' }],
    })
    expect([notAPatch.status, notAPatch.body.code]).toEqual([400, 'validation_failed'])
  })

  it('makes an event of what was none, for its own tenant and topic alone', async () => {
    const [event] = projectEvents(1)
    if (!event) throw new Error('one was asked for')
    const { source: _source, ...body } = event
    await service.deliver(
      eventOf(messageRejected, {
        ...{
          app: 'reviews',
          topic: event.topic,
          reason: 'schema_validation_failed',
          body: JSON.stringify(body),
        },
        faults: [{ path: 'source', message: 'expected string' }],
      }),
    )
    const group = await groupId()
    const add = (path: string, value: unknown) => ({ op: 'add', path, value })
    const source = add('/source', '/documents')
    for (const more of [add('/tenantid', randomUUIDv7()), add('/topic', 'project.created.v1')]) {
      expect((await service.post(who, `/${group}/edit`, { patch: [source, more] })).status).toBe(422)
    }
    expect((await service.post(who, `/${group}/retry`, { dryRun: true })).body.invalid).toBe(1)
    const copies = await run(
      await taskOf(await service.post(who, `/${group}/edit`, { patch: [source], ...fast })),
    )
    expect(copies).toEqual([expect.objectContaining({ ...event, replayfor: 'reviews' })])
    expect(await statuses()).toEqual(['resolved'])
  })

  it('is made once, also when its copy fails and is retried', async () => {
    const events = projectEvents(1).map((event) => ({
      ...event,
      data: { ...(event.data as object), tags: ['a'] },
    }))
    for (const event of events) await service.fail(event)
    const append = [{ op: 'add', path: '/data/tags/-', value: 'b' }]
    const task = await taskOf(await service.post(who, `/${await groupId()}/edit`, { patch: append, ...fast }))
    await service.step(task)
    const [copy] = await service.copies()
    if (!copy) throw new Error('no copy was sent')
    await service.fail(copy)
    await run(task)
    Object.assign(task, { run: 2, step: 0, outcome: undefined })
    const [again] = await run(task)
    expect(again?.data).toMatchObject({ tags: ['a', 'b'] })
  })
})

describe('a discard', () => {
  it('puts open messages aside with a countdown, and restore takes them back', async () => {
    for (const event of projectEvents(3)) await service.fail(event)
    const group = await groupId()
    const [first] = await letters()
    await run(await taskOf(await service.post(who, `/${group}/discard`, { ids: [first.id], days: 7 })))
    expect(await statuses()).toEqual(['discarded', 'open', 'open'])
    const { body } = await service.get(who, `/${group}/messages/${first.id}`)
    expect((Date.parse(body.purgeAt) - Date.now()) / 86_400_000).toBeCloseTo(7, 1)

    const task = await taskOf(await service.post(who, `/${group}/discard`))
    await run(task)
    expect(task.log).toEqual(['2 dead letters discarded; they are kept for 30 days.'])
    expect(await statuses()).toEqual(['discarded', 'discarded', 'discarded'])
    const none = await service.post(who, `/${group}/discard`)
    expect([none.status, none.body.code]).toEqual([422, 'nothing_matches'])

    const restored = await taskOf(await service.post(who, `/${group}/restore`))
    await run(restored)
    expect(restored.outcome).toMatchObject({ done: 3, failed: 0, total: 3 })
    expect(await statuses()).toEqual(['open', 'open', 'open'])
    expect((await letters()).every(({ purge_at }) => purge_at === null)).toBe(true)
  })

  it('takes as many portions as it needs', async () => {
    const [event] = projectEvents(1)
    if (event) await service.fail(event)
    await service.admin.query(`
      insert into dead_letters (id, tenant_id, group_id, kind, app, handler, topic, event, error_class, message, stack,
        attempts, first_failed_at, last_failed_at)
      select gen_random_uuid(), tenant_id, group_id, kind, app, handler, topic, event, error_class, message, stack,
        attempts, first_failed_at, last_failed_at from dead_letters, generate_series(1, 1100)`)
    const task = await taskOf(await service.post(who, `/${await groupId()}/discard`))
    await run(task)
    expect(task.step).toBe(3)
    expect(task.outcome).toMatchObject({ done: 1101, total: 1101 })
    expect(new Set(await statuses())).toEqual(new Set(['discarded']))
  })

  it('is forgotten when its time is over, and nothing else is', async () => {
    for (const event of projectEvents(3)) await service.fail(event)
    const [first, second] = await letters()
    await run(
      await taskOf(await service.post(who, `/${await groupId()}/discard`, { ids: [first.id, second.id] })),
    )
    await service.admin.query(
      `update dead_letters set purge_at = now() - interval '1 second' where id = $1`,
      [first.id],
    )
    expect(await purgeDeadLetters(service.database)).toBe(1)
    expect((await letters()).map(({ id }) => id)).not.toContain(first.id)
    expect(await statuses()).toEqual(['discarded', 'open'])
  })
})

describe('where a second person has to agree', () => {
  let four: TestDeadLetters
  const [ada, bob] = [operator(), operator()]
  beforeAll(async () => {
    four = await startDeadLetters({ DEAD_LETTERS_FOUR_EYES: true, DEAD_LETTERS_PROPOSAL_SECONDS: 60 })
  })
  afterAll(() => four.close())
  beforeEach(async () => {
    await four.tasks()
    await truncate(four)
    for (const event of projectEvents(2)) await four.fail(event)
  })
  const state = async () =>
    (await four.admin.query('select status from dead_letters')).rows.map((row) => row.status)
  const propose = async () => {
    const group = (await four.get(ada, '')).body.items[0].id
    const { status, body } = await four.post(ada, `/${group}/discard`)
    expect([status, body.taskId, body.proposal.status]).toEqual([202, null, 'proposed'])
    return body.proposal.id as string
  }

  it('a discard waits until somebody else approves it', async () => {
    const before = (await four.tasks()).length
    const id = await propose()
    expect((await four.tasks()).length).toBe(before)
    const listed = (await four.get(bob, '/proposals')).body.items
    expect(listed[0]).toMatchObject({
      ...{ id, action: 'discard', status: 'proposed', proposedBy: ada.userId, taskId: null, days: 30 },
      summary: 'discard 2 dead letters, to be kept for 30 days',
    })
    const own = await four.post(ada, `/proposals/${id}/approve`)
    expect([own.status, own.body.code]).toEqual([403, 'own_proposal'])
    const approved = await four.post(bob, `/proposals/${id}/approve`)
    expect(approved.body).toMatchObject({ status: 'approved', decidedBy: bob.userId })
    const task = (await four.tasks()).find(({ taskId }) => taskId === approved.body.taskId)
    if (!task) throw new Error('no task was asked for')
    await run(task, four)
    expect(await state()).toEqual(['discarded', 'discarded'])
    const again = await four.post(bob, `/proposals/${id}/approve`)
    expect([again.status, again.body.code]).toEqual([409, 'proposal_decided'])
  })

  it('an edit waits as well, and a retry does not', async () => {
    const group = (await four.get(ada, '')).body.items[0].id
    const patch = [{ op: 'add', path: '/data/note', value: 'x' }]
    const edit = await four.post(ada, `/${group}/edit`, { patch })
    expect(edit.body).toMatchObject({ taskId: null, proposal: { action: 'edit', patch } })
    expect((await four.post(ada, `/${group}/retry`)).body.taskId).toEqual(expect.any(String))
  })

  it('a proposal can be rejected, also by who made it, and then does nothing', async () => {
    const id = await propose()
    expect((await four.post(ada, `/proposals/${id}/reject`)).body.status).toBe('rejected')
    expect((await four.post(bob, `/proposals/${id}/approve`)).body.code).toBe('proposal_decided')
    expect(await state()).toEqual(['open', 'open'])
  })

  it('a proposal that nobody decides on in time is over', async () => {
    const id = await propose()
    await four.admin.query(`update dead_letter_proposals set expires_at = now() - interval '1 second'`)
    const late = await four.post(bob, `/proposals/${id}/approve`)
    expect([late.status, late.body.code]).toEqual([410, 'proposal_expired'])
    expect((await four.get(bob, '/proposals')).body.items[0].status).toBe('expired')
  })

  it('of two who approve at once one does', async () => {
    const id = await propose()
    const before = (await four.tasks()).length
    const answers = await Promise.all(
      [bob, operator()].map((one) => four.post(one, `/proposals/${id}/approve`)),
    )
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409])
    expect((await four.tasks()).length).toBe(before + 1)
  })

  it('a task that names a proposal nobody agreed to does nothing', async () => {
    const id = await propose()
    const base = { outcome: undefined, error: undefined, step: 0, run: 1, log: [], failures: [] }
    const actor = { userId: ada.userId, tenantId: ada.tenantId }
    const forged = {
      ...base,
      taskId: randomUUIDv7(),
      type: 'dead-letter-discard',
      params: { proposal: id },
      actor,
    }
    ;(await four.tasks()).push(forged)
    await four.step(forged)
    expect(forged.error).toMatchObject({ code: 'proposal_not_approved' })
    expect(await state()).toEqual(['open', 'open'])
  })

  it('another tenant sees and decides nothing', async () => {
    const id = await propose()
    const stranger = person({ roles: ['admin'], tenantId: randomUUIDv7() })
    expect((await four.get(stranger, '/proposals')).status).toBe(403)
    expect((await four.post(stranger, `/proposals/${id}/approve`)).status).toBe(403)
  })
})
