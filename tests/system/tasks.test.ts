import { randomUUID } from 'node:crypto'
import { eventually } from '@alta/kit/testing/wait'
import { beforeAll, expect, inject, test } from 'vitest'
import { Client } from '../support/client.ts'
import { readPlatform } from '../support/platform.ts'
import { readSamples } from '../support/samples.ts'

const { gatewayUrl } = readPlatform(inject('home'))
const ada = new Client(gatewayUrl)
let projectId: string
const ids: string[] = []

beforeAll(async () => {
  await ada.register()
  projectId = await ada.project()
  const letters = readSamples().filter(
    ({ truth }) => truth.kind === 'document' && truth.expect === 'approved_or_review',
  )
  for (const { path, truth } of letters.slice(0, 2)) {
    ids.push((await ada.upload(projectId, 'documents', path, truth.language)).body.id)
  }
  for (const id of ids) await ada.until('documents', id, ['in_review', 'approved'])
})

test('a batch of documents is read again through the gateway, followed to its end as server-sent events', async () => {
  await eventually('the type is announced', async () => {
    const { body } = await ada.call('GET', '/api/v1/tasks/types')
    return body.items.some(({ type }: { type: string }) => type === 'document-reprocessing')
  })
  const started = await ada.call(
    'POST',
    '/api/v1/tasks',
    { type: 'document-reprocessing', params: { projectId } },
    { 'idempotency-key': `again-${projectId}` },
  )
  expect(started).toMatchObject({ status: 202, body: { type: 'document-reprocessing' } })
  const path = `/api/v1/tasks/${started.body.id}`

  const stream = await ada.call<string>('GET', `${path}/events`, undefined, { accept: 'text/event-stream' })
  expect(stream.headers.get('content-type')).toMatch(/^text\/event-stream/)
  const told = [...stream.body.matchAll(/^event: changed\ndata: (.*)$/gm)].map(
    ([, data = '']) => JSON.parse(data).to,
  )
  expect(told).toEqual(['pending', 'running', 'completed'])
  expect(stream.body).toContain('event: end')

  const { body: result } = await ada.call('GET', `${path}/result`)
  expect(result).toMatchObject({ state: 'completed', done: 2, failed: 0, result: { reprocessed: 2 } })
  for (const id of ids) {
    const item = await ada.until('documents', id, ['in_review', 'approved'])
    expect(item.version).toBe(1)
  }
  const nowhere = await ada.call('GET', `/api/v1/tasks/${randomUUID()}/events`, undefined, {
    accept: 'text/event-stream',
  })
  expect(nowhere).toMatchObject({ status: 404, body: { code: 'task_not_found' } })
  const unknown = await ada.call('POST', '/api/v1/tasks', { type: 'cooking' })
  expect(unknown).toMatchObject({ status: 400, body: { code: 'unknown_task_type' } })
})
