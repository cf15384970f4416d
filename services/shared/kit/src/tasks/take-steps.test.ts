import { event } from '@alta/contracts/event'
import { taskStepFinished } from '@alta/contracts/events/task-step-finished.v1'
import { taskStepRequested } from '@alta/contracts/events/task-step-requested.v1'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { DEFAULT_TENANT } from '../database/tenant.ts'
import { forbidden } from '../errors.ts'
import { PermanentError } from '../events/errors.ts'
import { on } from '../events/handlers.ts'
import { randomUUIDv7 } from '../identifiers.ts'
import { createTestDatabase, type TestDatabase } from '../testing/database.ts'
import { deliverTo, emitted, eventOf } from '../testing/deliver.ts'
import { addEffect, type EffectsSchema, effectsMigrations } from '../testing/kit-fixture.ts'
import { takeSteps } from './take-steps.ts'
import { refuseUnservedTasks, type StepScope, taskType } from './task-type.ts'

const told = event({
  topic: 'effect.told.v1',
  owner: 'effects',
  summary: 'An effect was told of.',
  schema: z.object({ subject: z.string() }),
  example: { subject: 'a' },
  subject: ({ subject }) => subject,
})

const marking = taskType({
  type: 'marking',
  title: 'Marks',
  permission: 'tasks:write',
  params: z.object({
    subject: z.string(),
    throws: z.enum(['error', 'permanent', 'problem', 'sql', 'nonsense']).optional(),
  }),
  async step({ subject, throws }, { tx, emit }: StepScope<EffectsSchema>) {
    await addEffect(tx, DEFAULT_TENANT, subject)
    emit(told, { subject })
    if (throws === 'error') throw new Error('stumbled')
    if (throws === 'permanent') throw new PermanentError('cannot_mark', 'there is no pen')
    if (throws === 'problem') throw forbidden('not_yours', 'This is not yours.')
    if (throws === 'sql') await addEffect(tx, 'no tenant', subject)
    return { done: throws === 'nonsense' ? -1 : 1, failed: 0, total: 1, cursor: 'next', next: 'end' }
  },
})

let db: TestDatabase<EffectsSchema>
beforeAll(async () => {
  db = await createTestDatabase<EffectsSchema>('effects', effectsMigrations)
})
afterAll(() => db?.close())

const subscriptions = [on(taskStepRequested, takeSteps([marking]), { alone: true })]

const request = (params: Record<string, string>, more = {}) => ({
  taskId: randomUUIDv7(),
  type: 'marking',
  ...{ run: 1, attempt: 1, step: 1 },
  params,
  cursor: null,
  onlyFailed: null,
  actor: { userId: randomUUIDv7(), tenantId: DEFAULT_TENANT },
  ...more,
})

type Request = ReturnType<typeof request>

async function ask(asked: Request) {
  expect(await deliverTo(db.database, subscriptions)(eventOf(taskStepRequested, asked))).toBe('SUCCESS')
  return (await emitted(db.admin, taskStepFinished)).filter(({ taskId }) => taskId === asked.taskId)
}

const timesOf = async (subject: string): Promise<number> => {
  const { rows } = await db.admin.query('select times from effects where subject = $1', [subject])
  return rows[0]?.times ?? 0
}
const toldOf = async (subject: string) =>
  (await emitted(db.admin, told)).filter((one) => one.subject === subject).length

test('a step has its effects, its events and its answer in one transaction', async () => {
  const subject = randomUUIDv7()
  const [finished] = await ask(request({ subject }))
  expect(finished).toMatchObject({ outcome: { done: 1, cursor: 'next', next: 'end' }, error: null })
  expect([await timesOf(subject), await toldOf(subject)]).toEqual([1, 1])
})

test('a step that is asked for again by a later attempt is answered again and not done again', async () => {
  const subject = randomUUIDv7()
  const first = request({ subject })
  await ask(first)
  const answers = await ask({ ...first, attempt: 2 })
  expect(answers).toMatchObject([
    { attempt: 1, outcome: { done: 1 } },
    { attempt: 2, outcome: { done: 1 } },
  ])
  expect(await timesOf(subject)).toBe(1)
})

test('one step asked for twenty times at the same moment is done once', async () => {
  const subject = randomUUIDv7()
  const first = request({ subject })
  await Promise.all(Array.from({ length: 20 }, (_, index) => ask({ ...first, attempt: index + 1 })))
  expect([await timesOf(subject), await toldOf(subject)]).toEqual([1, 1])
})

test('a step behind its task is passed over', async () => {
  const first = request({ subject: randomUUIDv7() })
  await ask({ ...first, run: 2, step: 3 })
  const late = randomUUIDv7()
  await ask({ ...first, run: 2, step: 2, params: { subject: late } })
  await ask({ ...first, run: 1, step: 9, params: { subject: late } })
  expect(await timesOf(late)).toBe(0)
})

test.each([
  ['error', { code: 'Error', message: 'stumbled', permanent: false }],
  ['permanent', { code: 'cannot_mark', message: 'there is no pen', permanent: true }],
  ['problem', { code: 'not_yours', message: 'This is not yours.', permanent: true }],
  ['sql', { permanent: false }],
  ['nonsense', { code: 'ZodError', permanent: true }],
])('a step that fails with %s leaves nothing behind but the news of it', async (throws, error) => {
  const subject = randomUUIDv7()
  const [finished] = await ask(request({ subject, throws }))
  expect(finished).toMatchObject({ outcome: null, error })
  expect([await timesOf(subject), await toldOf(subject)]).toEqual([0, 0])
})

test('parameters that the type does not take end the attempts', async () => {
  const [finished] = await ask(request({ colour: 'red' }))
  expect(finished?.error).toMatchObject({ code: 'invalid_params', permanent: true })
})

test('the steps of other services’ types are passed over', async () => {
  expect(await ask(request({ subject: 'x' }, { type: 'cooking' }))).toEqual([])
})

test('a service that would not carry its types out does not start', () => {
  expect(() => refuseUnservedTasks('effects', [marking], [])).toThrow(/takeSteps/)
  expect(() => refuseUnservedTasks('effects', [marking, marking], subscriptions)).toThrow(/marking/)
  const shared = [on(taskStepRequested, takeSteps([marking]))]
  expect(() => refuseUnservedTasks('effects', [marking], shared)).toThrow(/alone: true/)
  expect(() => refuseUnservedTasks('effects', [marking], subscriptions)).not.toThrow()
})
