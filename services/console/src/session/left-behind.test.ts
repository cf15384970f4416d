import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { onSession, renewSession } from '../api/send.ts'
import { allRemembered, forget, remember } from '../uploads/remembered.ts'
import { draftKey, keepDraft, readDraft } from './drafts.ts'
import { signOut } from './sign-out.ts'

// Addresses of a page begin with its own, and here there is none.
vi.hoisted(() => {
  const Plain = globalThis.Request
  globalThis.Request = class extends Plain {
    constructor(address: RequestInfo | URL, init?: RequestInit) {
      super(typeof address === 'string' ? new URL(address, 'http://console') : address, init)
    }
  }
})

const [ann, ben] = ['user-ann', 'user-ben']
const upload = { url: '/uploads/1', projectId: 'p', name: 'Letter to Ben.pdf', size: 4, lastModified: 1 }
const isLeft = () =>
  readDraft(draftKey(ann, 'review.1')) !== undefined || JSON.stringify(localStorage).includes(upload.name)

/** As much of a browser as these use. */
function aStorage(): Storage {
  const methods = {
    getItem(this: Record<string, string>, key: string) {
      return Object.hasOwn(this, key) ? this[key] : null
    },
    setItem(this: Record<string, string>, key: string, value: string) {
      this[key] = value
    },
    removeItem(this: Record<string, string>, key: string) {
      delete this[key]
    },
  }
  return Object.create(methods)
}

const answer = (status: number, code?: string) =>
  new Response(status === 204 ? null : JSON.stringify({ status, code, detail: code, title: code }), {
    status,
    headers: { 'content-type': 'application/problem+json' },
  })

const assign = vi.fn()
const signedOut = vi.fn()
beforeEach(() => {
  vi.stubGlobal('localStorage', aStorage())
  vi.stubGlobal('window', { location: { assign, origin: 'http://localhost' } })
  onSession({ signedOut, askForProof: async () => false })
  keepDraft(draftKey(ann, 'review.1'), { text: 'Dear Ben' })
  remember(ann, upload)
  localStorage.setItem('alta.theme', 'dark')
})
afterEach(() => {
  vi.unstubAllGlobals()
  vi.clearAllMocks()
})

const identityAnswers = (status: number, code?: string) =>
  vi.stubGlobal('fetch', async () => answer(status, code))

test('somebody’s unfinished uploads are their own', () => {
  expect(allRemembered(ann)).toEqual([upload])
  expect(allRemembered(ben)).toEqual([])
  forget(ben, upload.url)
  expect(allRemembered(ann)).toEqual([upload])
  forget(ann, upload.url)
  expect(isLeft()).toBe(true)
  expect(JSON.stringify(localStorage)).not.toContain(upload.name)
})

test('signing out takes away what was typed and the names of files, and nothing else', async () => {
  identityAnswers(204)
  await signOut()
  expect(isLeft()).toBe(false)
  expect({ ...localStorage }).toEqual({ 'alta.theme': 'dark' })
  expect(assign).toHaveBeenCalledWith('/console/sign-in')
})

test.each([
  [401, 'invalid_refresh_token'],
  [403, 'account_disabled'],
])('so does a session that was ended elsewhere: %i %s', async (status, code) => {
  identityAnswers(status, code)
  expect(await renewSession()).toBe(false)
  expect(isLeft()).toBe(false)
  expect(signedOut).toHaveBeenCalledOnce()
})

test('a session that has run out leaves them to whose they are', async () => {
  identityAnswers(401, 'unauthenticated')
  expect(await renewSession()).toBe(false)
  expect(isLeft()).toBe(true)
  expect(signedOut).toHaveBeenCalledOnce()
})

test('while identity is away nothing is taken from anybody', async () => {
  identityAnswers(503, 'upstream_unavailable')
  await expect(renewSession()).rejects.toMatchObject({ status: 503 })
  expect(isLeft()).toBe(true)
  expect(signedOut).not.toHaveBeenCalled()
})
