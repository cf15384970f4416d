import { expect, test } from 'vitest'
import { z } from 'zod'
import { anyone } from '../auth/policy.ts'
import type { PresentedAnswer } from './answer.ts'
import { json, startApp } from './app-under-test.ts'
import {
  type IdempotencyScope,
  type IdempotencyStore,
  idempotencyKeyReused,
  idempotencyScope,
  requestInProgress,
} from './idempotency.ts'
import { route } from './route.ts'

/** As the database's store behaves, without its transaction. */
function inMemory() {
  const kept = new Map<string, { fingerprint: string; answer?: PresentedAnswer }>()
  const scopes: IdempotencyScope[] = []
  const store: IdempotencyStore = {
    async run(scope, handle) {
      scopes.push(scope)
      const id = [scope.tenantId, scope.userId, scope.route, scope.key].join()
      const known = kept.get(id)
      if (known && known.fingerprint !== scope.fingerprint) throw idempotencyKeyReused()
      if (known && !known.answer) throw requestInProgress()
      if (known?.answer) return { answer: known.answer, replayed: true }
      const entry: { fingerprint: string; answer?: PresentedAnswer } = { fingerprint: scope.fingerprint }
      kept.set(id, entry)
      entry.answer = await handle()
      return { answer: entry.answer, replayed: false }
    },
  }
  return { store, scopes }
}

function counting(gate: Promise<void> = Promise.resolve()) {
  let count = 0
  return route({
    method: 'post',
    path: '/things',
    summary: 'Create',
    tag: 'tests',
    policy: anyone,
    idempotent: true,
    body: z.object({ name: z.string() }),
    answers: { 201: { description: 'Created', schema: z.object({ count: z.number(), name: z.string() }) } },
    handle: async ({ body }) => {
      count += 1
      await gate
      return { status: 201, body: { count, name: body.name }, headers: { location: `/things/${count}` } }
    },
  })
}

test('the same request under the same key runs once and gets the same answer', async () => {
  const { store } = inMemory()
  await using app = await startApp({ routes: [counting()], idempotency: store })
  const once = () => app.call('/things', json({ name: 'a' }, { 'idempotency-key': 'k1' }))
  const [first, second] = [await once(), await once()]
  expect([first.status, second.status]).toEqual([201, 201])
  expect(await second.json()).toEqual(await first.json())
  expect(second.headers.get('location')).toBe('/things/1')
  expect([first, second].map((answer) => answer.headers.get('idempotency-replayed'))).toEqual([null, 'true'])
  const other = await app.call('/things', json({ name: 'a' }, { 'idempotency-key': 'k2' }))
  expect(await other.json()).toMatchObject({ count: 2 })
  expect(await (await app.call('/things', json({ name: 'a' }))).json()).toMatchObject({ count: 3 })
})

test('another request under the same key is 422', async () => {
  const { store } = inMemory()
  await using app = await startApp({ routes: [counting()], idempotency: store })
  await app.call('/things', json({ name: 'a' }, { 'idempotency-key': 'k' }))
  const answer = await app.call('/things', json({ name: 'b' }, { 'idempotency-key': 'k' }))
  expect(answer.status).toBe(422)
  expect(await answer.json()).toMatchObject({ code: 'idempotency_key_reused' })
})

test('a repetition while the first is running is 409', async () => {
  const gate = Promise.withResolvers<void>()
  const { store, scopes } = inMemory()
  await using app = await startApp({ routes: [counting(gate.promise)], idempotency: store })
  const first = app.call('/things', json({ name: 'a' }, { 'idempotency-key': 'k' }))
  await expect.poll(() => scopes.length).toBe(1)
  const second = await app.call('/things', json({ name: 'a' }, { 'idempotency-key': 'k' }))
  expect([second.status, second.headers.get('retry-after')]).toEqual([409, '1'])
  expect(await second.json()).toMatchObject({ code: 'request_in_progress' })
  gate.resolve()
  expect((await first).status).toBe(201)
})

test('a key that is too long or not visible ASCII is 400', async () => {
  const { store } = inMemory()
  await using app = await startApp({ routes: [counting()], idempotency: store })
  for (const key of ['', 'a b', 'x'.repeat(256), 'é']) {
    const answer = await app.call('/things', json({ name: 'a' }, { 'idempotency-key': key }))
    expect(answer.status).toBe(400)
    expect(await answer.json()).toMatchObject({ code: 'invalid_idempotency_key' })
  }
})

test('a fingerprint tells nothing about passwords', () => {
  const scope = (password: string, email = 'a@b.c') =>
    idempotencyScope('k', {
      route: 'POST /r',
      url: '/r',
      input: { body: { email, password } },
      principal: undefined,
    })
  expect(scope('one').fingerprint).toBe(scope('two').fingerprint)
  expect(scope('one').fingerprint).not.toBe(scope('one', 'x@y.z').fingerprint)
})
