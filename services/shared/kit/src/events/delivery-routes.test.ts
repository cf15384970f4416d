import { projectCreated } from '@alta/contracts/events/project-created.v1'
import { expect, test, vi } from 'vitest'
import { json, startApp } from '../http/app-under-test.ts'
import { log } from '../telemetry/log.ts'
import { deliveryRoutes } from './delivery-routes.ts'
import { on } from './handlers.ts'
import type { Inbox } from './inbox-dispatch.ts'

const inbox: Inbox = {
  receive: async () => 'SUCCESS',
  retryDue: async () => 0,
  running: 0,
  stop: async () => undefined,
}

test('a delivery stands in the access log under the route of its topic', async () => {
  const subscriptions = [on(projectCreated, async () => undefined)]
  const told = vi.spyOn(log, 'info')
  try {
    await using app = await startApp({ routers: [deliveryRoutes('documents', subscriptions, inbox)] })
    expect((await app.call('/events/project.created.v1', json({}))).status).toBe(200)
    await vi.waitFor(() =>
      expect(told).toHaveBeenCalledWith(
        expect.objectContaining({ method: 'POST', route: '/events/project.created.v1', status: 200 }),
        'request',
      ),
    )
  } finally {
    told.mockRestore()
  }
})
