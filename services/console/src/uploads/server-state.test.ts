import { afterEach, expect, test, vi } from 'vitest'
import { outcomeOnServer } from './server-state.ts'

// Addresses of a page begin with its own, and here there is none.
vi.hoisted(() => {
  const Plain = globalThis.Request
  globalThis.Request = class extends Plain {
    constructor(address: RequestInfo | URL, init?: RequestInit) {
      super(typeof address === 'string' ? new URL(address, 'http://console') : address, init)
    }
  }
})

afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

/** A server that has put a file together when it is asked for the so-manieth time. */
function serverDoneAt(time: number) {
  const asked: string[] = []
  vi.stubGlobal('fetch', async ({ url }: Request) => {
    asked.push(new URL(url).pathname)
    return Response.json({ outcome: asked.length >= time ? 'created' : null })
  })
  return asked
}

test('what became of a file is asked for until it is put together', async () => {
  vi.useFakeTimers()
  const asked = serverDoneAt(3)
  const told = outcomeOnServer('p', 'http://console/api/v1/projects/p/uploads/u')
  await vi.runAllTimersAsync()
  expect((await told).outcome).toBe('created')
  expect(asked).toEqual(Array.from({ length: 3 }, () => '/api/v1/projects/p/uploads/u'))
})

test('and not for ever: that all of it is there is known', async () => {
  vi.useFakeTimers()
  const asked = serverDoneAt(Number.POSITIVE_INFINITY)
  const told = outcomeOnServer('p', 'u')
  await vi.runAllTimersAsync()
  expect((await told).outcome).toBeNull()
  expect(asked).toHaveLength(7)
})
