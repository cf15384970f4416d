import { documentOcrRequested } from '@alta/contracts/events/document-ocr-requested.v1'
import { taskStepFinished } from '@alta/contracts/events/task-step-finished.v1'
import { taskStepRequested } from '@alta/contracts/events/task-step-requested.v1'
import type { StepOutcome } from '@alta/contracts/resources/task'
import { randomUUIDv7 } from '@alta/kit/identifiers'
import { type Person, person } from '@alta/kit/testing/person'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { pdf, startDocuments, type TestDocuments } from '../documents.fixture.ts'

let documents: TestDocuments
beforeAll(async () => {
  documents = await startDocuments()
})
afterAll(() => documents.close())

type Params = Record<string, string | number>
type Failed = { items: string[]; more: boolean }

/** Asks for steps as the tasks service does, until the end. */
async function runTask(who: Person, params: Params, onlyFailed: Failed | null = null) {
  const taskId = randomUUIDv7()
  const actor = { userId: who.userId, tenantId: who.tenantId }
  let cursor: StepOutcome['cursor'] = null
  const failures: { item: string; reason: string }[] = []
  for (let step = 1; ; step += 1) {
    const position = { run: 1, attempt: 1, step }
    const asked = { taskId, type: 'document-reprocessing', ...position, params, cursor, onlyFailed, actor }
    await documents.hear(taskStepRequested, asked, { tenantid: who.tenantId })
    const finished = (await documents.emitted(taskStepFinished)).findLast((one) => one.taskId === taskId)
    if (!finished?.outcome) return { steps: step, error: finished?.error, failures }
    failures.push(...(finished.outcome.failures ?? []))
    cursor = finished.outcome.cursor
    if (finished.outcome.next === 'end') return { steps: step, outcome: finished.outcome, failures }
  }
}

async function uploads(owner: Person, count: number, fields = {}) {
  const project = await documents.project(owner)
  const ids: string[] = []
  for (let number = 0; number < count; number += 1) {
    const { body } = await documents.upload(owner, `/projects/${project}/documents`, pdf(), { fields })
    ids.push(body.id)
  }
  return { project, ids }
}

const readings = async (ids: readonly string[]) => {
  const asked = await documents.emitted(documentOcrRequested)
  return ids.map((id) => asked.filter(({ documentId }) => documentId === id).length)
}

test('every document of the filter is read again once, in portions', async () => {
  const owner = person()
  const { project, ids } = await uploads(owner, 45)
  const other = await uploads(owner, 2)
  const { steps, outcome } = await runTask(owner, { projectId: project, status: 'uploaded' })
  expect(steps).toBe(3)
  expect(outcome).toMatchObject({ done: 45, failed: 0, total: 45, result: { reprocessed: 45 } })
  expect(await readings(ids)).toEqual(ids.map(() => 2))
  expect(await readings(other.ids)).toEqual([1, 1])
})

test('only documents of one’s own projects are touched, and what may not be changed is told', async () => {
  const owner = person()
  const viewer = person()
  const { project, ids } = await uploads(owner, 2)
  expect((await runTask(viewer, {})).outcome).toMatchObject({ done: 0, failed: 0, total: 0 })
  expect((await runTask(viewer, { projectId: project })).outcome).toMatchObject({ done: 0, total: 0 })
  await documents.call(owner, 'PUT', `/projects/${project}/members/${viewer.userId}`, { role: 'viewer' })
  const { outcome, failures } = await runTask(viewer, { projectId: project })
  expect(outcome).toMatchObject({ done: 0, failed: 2 })
  expect(failures.map(({ item }) => item).sort()).toEqual(ids.toSorted())
  expect(await readings(ids)).toEqual([1, 1])
})

test('what failed can be read again alone', async () => {
  const owner = person()
  const { ids } = await uploads(owner, 3)
  const items = [...ids.slice(0, 2), randomUUIDv7()]
  const { outcome, failures } = await runTask(owner, {}, { items, more: false })
  expect(outcome).toMatchObject({ done: 2, failed: 1 })
  expect(failures).toEqual([{ item: items[2], reason: 'There is no such document.' }])
  expect(await readings(ids)).toEqual([2, 2, 1])
})

test('a filter by tag takes these documents alone', async () => {
  const owner = person()
  const { ids } = await uploads(owner, 2, { tags: 'war' })
  const { ids: others } = await uploads(owner, 1)
  expect((await runTask(owner, { tag: 'war' })).outcome).toMatchObject({ done: 2 })
  expect(await readings([...ids, ...others])).toEqual([2, 2, 1])
})

test('a filter that makes no sense ends the task with its reason', async () => {
  expect(await runTask(person(), { status: 'lost' })).toMatchObject({
    error: { code: 'invalid_params', permanent: true },
  })
  expect(await runTask(person(), { colour: 'red' })).toMatchObject({ error: { code: 'invalid_params' } })
})
