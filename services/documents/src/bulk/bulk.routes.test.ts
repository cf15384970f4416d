import { taskRequested } from '@alta/contracts/events/task-requested.v1'
import { taskStepFinished } from '@alta/contracts/events/task-step-finished.v1'
import { taskStepRequested } from '@alta/contracts/events/task-step-requested.v1'
import type { StepOutcome } from '@alta/contracts/resources/task'
import { randomUUIDv7 } from '@alta/kit/identifiers'
import { type Person, person } from '@alta/kit/testing/person'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { z } from 'zod'
import { pdf, startDocuments, type TestDocuments, wav } from '../documents.fixture.ts'

let documents: TestDocuments
beforeAll(async () => {
  documents = await startDocuments()
})
afterAll(() => documents.close())

/** A project with documents and one recording, all of its owner, and a reviewer. */
async function filled(count: number) {
  const [owner, reviewer] = [person(), person()]
  const project = await documents.project(owner)
  const ids: string[] = []
  for (let number = 0; number < count; number += 1)
    ids.push((await documents.upload(owner, `/projects/${project}/documents`, pdf())).body.id)
  const voice = await documents.upload(owner, `/projects/${project}/voice-samples`, wav())
  const member = `/projects/${project}/members/${reviewer.userId}`
  await documents.call(owner, 'PUT', member, { role: 'reviewer' })
  const bulk = (who: Person, body: object) => documents.call(who, 'POST', `/projects/${project}/bulk`, body)
  return { owner, reviewer, project, ids, voiceId: voice.body.id as string, bulk }
}

type Started = Pick<z.output<typeof taskRequested.schema>, 'type' | 'params'>

/** Carries out the task as the tasks service asks for it, until the end. */
async function carryOut(who: Person, taskId: string, started?: Started) {
  const asked = started ?? (await documents.emitted(taskRequested)).find((one) => one.taskId === taskId)
  let cursor: StepOutcome['cursor'] = null
  const failures: { item: string; reason: string }[] = []
  for (let step = 1; ; step += 1) {
    const request = {
      ...{ taskId, type: asked?.type ?? '', params: asked?.params ?? {}, cursor, onlyFailed: null },
      ...{ run: 1, attempt: 1, step, actor: { userId: who.userId, tenantId: who.tenantId } },
    }
    await documents.hear(taskStepRequested, request, { tenantid: who.tenantId })
    const finished = (await documents.emitted(taskStepFinished)).findLast((one) => one.taskId === taskId)
    if (!finished?.outcome) return { error: finished?.error, failures }
    failures.push(...(finished.outcome.failures ?? []))
    cursor = finished.outcome.cursor
    if (finished.outcome.next === 'end') return { steps: step, outcome: finished.outcome, failures }
  }
}

const tagsOf = async (who: Person, id: string) => (await documents.get(who, `/documents/${id}`)).body.tags

describe('a few items by their ids', () => {
  test('are changed at once, each as it could be by itself', async () => {
    const { owner, ids, voiceId, bulk } = await filled(2)
    const tagged = await bulk(owner, { action: 'tag', tags: ['war', 'x'], ids: [...ids, voiceId] })
    expect([tagged.status, tagged.body]).toMatchObject([
      200,
      { matching: 3, allowed: 3, done: 3, failures: [] },
    ])
    await bulk(owner, { action: 'untag', tags: ['x'], ids: ids.slice(0, 1) })
    expect([await tagsOf(owner, ids[0] ?? ''), await tagsOf(owner, ids[1] ?? '')]).toEqual([
      ['war'],
      ['war', 'x'],
    ])
    expect((await bulk(owner, { action: 'delete', ids: [...ids, voiceId] })).body.done).toBe(3)
    expect((await documents.get(owner, `/voice-samples/${voiceId}`)).status).toBe(404)
    expect((await bulk(owner, { action: 'restore', ids: [...ids, voiceId] })).body.done).toBe(3)
    expect((await bulk(owner, { action: 'reprocess', ids: [voiceId] })).body.done).toBe(1)
  })

  test('that cannot be changed are told one by one, and the others are changed', async () => {
    const { owner, reviewer, project, ids, bulk } = await filled(1)
    const own = await documents.upload(reviewer, `/projects/${project}/documents`, pdf())
    const elsewhere = await filled(1)
    const wanted = [ids[0] ?? '', own.body.id, elsewhere.ids[0] ?? '', randomUUIDv7()]
    const { body } = await bulk(reviewer, { action: 'delete', ids: wanted })
    expect(body).toMatchObject({ matching: 2, allowed: 1, done: 1 })
    expect(body.failures).toMatchObject([
      { item: wanted[0], code: 'project_role_required' },
      { item: wanted[2], code: 'item_not_found' },
      { item: wanted[3], code: 'item_not_found' },
    ])
    expect((await documents.get(owner, `/documents/${own.body.id}`)).status).toBe(404)
    expect((await documents.get(owner, `/documents/${ids[0]}`)).status).toBe(200)
  })

  test('are counted and left alone in a dry run', async () => {
    const { owner, reviewer, ids, bulk } = await filled(2)
    const dry = { action: 'delete', filter: {}, dryRun: true }
    expect((await bulk(owner, dry)).body).toMatchObject({ matching: 3, allowed: 3, done: 0, dryRun: true })
    expect((await bulk(reviewer, dry)).body).toMatchObject({ matching: 3, allowed: 0 })
    expect((await bulk(owner, { ...dry, filter: { kind: 'voice' } })).body.matching).toBe(1)
    expect((await documents.get(owner, `/documents/${ids[0]}`)).status).toBe(200)
  })
})

describe('many items', () => {
  test('are changed by a task in portions, whatever comes in meanwhile', async () => {
    const { owner, ids, voiceId, bulk } = await filled(24)
    const { status, body } = await bulk(owner, { action: 'delete', filter: {} })
    expect([status, body]).toMatchObject([202, { matching: 25, allowed: 25 }])
    const done = await carryOut(owner, body.taskId)
    expect(done).toMatchObject({ steps: 2, outcome: { done: 25, failed: 0, total: 25 }, failures: [] })
    const back = await bulk(owner, { action: 'restore', ids: [...ids, voiceId] })
    expect(back.status).toBe(202)
    expect(await carryOut(owner, back.body.taskId)).toMatchObject({ outcome: { done: 25 } })
    expect((await documents.get(owner, `/documents/${ids[7]}`)).status).toBe(200)
  })

  test('that failed for one cause are read again together', async () => {
    const { owner, project, ids, bulk } = await filled(3)
    await documents.admin.query(
      `update documents set status = 'failed', failure_code = 'engine_missing', failure_cause = 'temporary'
       where id = any($1)`,
      [ids.slice(0, 2)],
    )
    const filter = { status: ['failed'], failureCause: 'temporary' }
    const { body } = await bulk(owner, { action: 'reprocess', filter })
    expect(body.matching).toBe(2)
    await carryOut(owner, body.taskId)
    const left = await documents.get(owner, `/projects/${project}/items?status=failed`)
    expect(left.body.items).toEqual([])
  })

  test('are changed by a task as its person could, and no further', async () => {
    const { reviewer, bulk } = await filled(1)
    const { body } = await bulk(reviewer, { action: 'delete', filter: {} })
    const { outcome, failures } = await carryOut(reviewer, body.taskId)
    expect(outcome).toMatchObject({ done: 0, failed: 2 })
    expect(failures).toHaveLength(2)
    const admin = person({ roles: ['admin'] })
    const refused = await bulk(admin, { action: 'delete', filter: {} })
    expect([refused.status, refused.body.code]).toEqual([409, 'membership_required'])
  })
})

test('a task that a stranger has started at `tasks` tells nothing of the project', async () => {
  const { project, ids } = await filled(2)
  const stranger = person()
  const find = async (who: Person, some: Started['params']) => {
    const params = { projectId: project, action: 'reprocess', ...some }
    return carryOut(who, randomUUIDv7(), { type: 'item-change', params })
  }
  const nowhere = await find(stranger, { projectId: randomUUIDv7(), filter: {} })
  expect(nowhere).toMatchObject({ error: { message: expect.any(String) }, failures: [] })
  expect(await find(stranger, { filter: {} })).toEqual(nowhere)
  expect(await find(stranger, { ids })).toEqual(nowhere)
})

test.each([
  { action: 'tag', ids: ['019a9d2e-0000-7000-8000-000000000004'] },
  { action: 'delete', tags: ['x'], filter: {} },
  { action: 'delete' },
  { action: 'delete', filter: {}, ids: ['019a9d2e-0000-7000-8000-000000000004'] },
  { action: 'explode', filter: {} },
])('a request that makes no sense is refused: %j', async (body) => {
  const { owner, bulk } = await filled(0)
  expect((await bulk(owner, body)).body.code).toBe('validation_failed')
})
