import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import type { CloudEvent } from '@alta/contracts/cloud-event'
import { taskRequested } from '@alta/contracts/events/task-requested.v1'
import { taskStepFinished } from '@alta/contracts/events/task-step-finished.v1'
import { taskStepRequested } from '@alta/contracts/events/task-step-requested.v1'
import type { StepOutcome } from '@alta/contracts/resources/task'
import { eventOf } from '@alta/kit/testing/deliver'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { projectEvents, startConsumer, takeOutbox } from './consumer.fixture.ts'
import { operator, startDeadLetters, type TestDeadLetters } from './dead-letters.fixture.ts'

let service: TestDeadLetters
let consumer: Awaited<ReturnType<typeof startConsumer>>
beforeAll(async () => {
  service = await startDeadLetters()
  consumer = await startConsumer()
})
afterAll(async () => {
  await service.close()
  await consumer.close()
})

/** Where processes end in turn: every other one in the middle of its work. */
const ends = ['app.before-commit:1', '', 'app.after-commit:1', '', 'inbox.after-commit:1', '']
let children = 0

/** A process that will end at the next of these points. */
async function worker(): Promise<ChildProcess> {
  const failPoints = ends[children++ % ends.length]
  const child = fork(
    new URL('./retry-process.ts', import.meta.url),
    [JSON.stringify({ database: service.settings, failPoints })],
    { env: { ...process.env, NODE_ENV: 'test' } },
  )
  await once(child, 'message')
  return child
}

/** Has a step carried out by processes that die of it, each time by the next, as a broker would deliver it again. */
async function carryOut(event: CloudEvent): Promise<number> {
  for (let kills = 0; ; kills++) {
    const child = await worker()
    child.send(event)
    const [how] = await Promise.race([
      once(child, 'message'),
      once(child, 'exit').then(() => ['killed' as const]),
    ])
    if (how === 'killed') continue
    const gone = once(child, 'exit')
    child.kill('SIGKILL')
    await gone
    return kills
  }
}

test('a retry whose process is killed in each of its steps, before and after the commit, sends each message once', async () => {
  const events = projectEvents(40)
  for (const event of events) {
    await consumer.receive(event)
    for (const told of await takeOutbox(consumer.admin)) await service.deliver(told)
  }
  const bad = new Set(events.slice(12, 14).map(({ subject }) => subject))
  consumer.failAt((projectId) => (bad.has(projectId) ? 'still broken' : undefined))
  const who = operator()
  const body = { all: true, steps: [1, 10], perSecond: 15, threshold: 0.2 }
  const { status } = await service.post(who, '/retry', body)
  expect(status).toBe(202)

  const [request] = await takeOutbox(service.admin)
  const { taskId, type, params, actor } = taskRequested.schema.parse(request?.data)
  let outcome: StepOutcome | undefined
  let kills = 0
  let copies = 0
  const portions: number[] = []
  for (let step = 1; outcome?.next !== 'end'; step++) {
    const position = { taskId, type, app: 'events', run: 1, attempt: 1, step }
    const data = { ...position, params, cursor: outcome?.cursor ?? null, onlyFailed: null, actor }
    kills += await carryOut(eventOf(taskStepRequested, data))
    const emitted = await takeOutbox(service.admin)
    const [finished, ...others] = emitted.filter(({ topic }) => topic === taskStepFinished.topic)
    expect(others).toEqual([])
    outcome = taskStepFinished.schema.parse(finished?.data).outcome ?? undefined
    const sent = emitted.filter(({ replayfor }) => replayfor)
    for (const copy of sent) await consumer.receive(copy)
    for (const told of await takeOutbox(consumer.admin)) await service.deliver(told)
    if (sent.length > 0) portions.push(sent.length)
    copies += sent.length
  }

  expect(copies).toBe(40)
  // Each canary step ends where it should, in as many portions as the pace makes of it: ten may be nine and one where
  // processes start within two thirds of a second.
  const sentAfter = portions.map((_, index) =>
    portions.slice(0, index + 1).reduce((sum, one) => sum + one, 0),
  )
  expect(sentAfter).toEqual(expect.arrayContaining([1, 1 + 10, 40]))
  expect(outcome).toMatchObject({ done: 38, failed: 2, total: 40, result: { stopped: false } })
  const effects = [...(await consumer.effects()).values()]
  expect(effects).toEqual(Array(38).fill(1))
  const { rows } = await service.admin.query(
    `select count(*)::int as sent, count(distinct dead_letter_id)::int as letters from dead_letter_retries`,
  )
  expect(rows).toEqual([{ sent: 40, letters: 40 }])
  expect(kills).toBeGreaterThanOrEqual(4)
  console.info(
    `${kills} kills in ${children} processes; ${copies} copies, ${effects.length} effects, none twice`,
  )
}, 180_000)
