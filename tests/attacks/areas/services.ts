import { readPlatform } from '../../support/platform.ts'
import type { Area } from '../area.ts'

/** Services and sidecars at their own ports, beside the gateway; and the gateway's own, with what is for services. */
export const services: Area = {
  name: 'services and sidecars',
  async attack({ home, ports, clients, appToken }, tally) {
    const event = {
      ...{
        specversion: '1.0',
        id: crypto.randomUUID(),
        source: '/reviews',
        type: 'io.alta.review.approved.v1',
      },
      // As if the event store had sent it for one app alone.
      ...{ replayfor: 'documents', replayid: crypto.randomUUID(), data: {} },
    }
    const admin = `Bearer ${clients.get('admin')?.token}`
    const running = new Set(readPlatform(home).processes.map(({ name }) => name))
    const atApp = [
      'GET /api/v1/projects',
      'GET /dapr/subscribe',
      'GET /openapi.json',
      'GET /operations/report',
      'POST /events/review.approved.v1',
    ]
    const atSidecar = [
      ...[
        'GET /v1.0/metadata',
        'POST /v1.0/shutdown',
        'GET /v1.0/secrets/secretstore/bulk',
        'GET /v1.0/state/statestore/x',
      ],
      ...[
        'POST /v1.0/publish/pubsub/review.approved.v1',
        'GET /v1.0/invoke/documents/method/api/v1/projects',
        'GET /v1.0/configuration/x',
      ],
      ...[
        'POST /v1.0/bindings/x',
        'GET /v1.0/invoke/documents/method/openapi.json',
        'POST /v1.0-alpha1/lock/x',
      ],
    ]
    // A replica that is gone leaves its port behind in the file.
    for (const [name, port] of Object.entries(ports).filter(([port]) =>
      running.has(port.replace(/\.\w+$/, '')),
    )) {
      if (name === 'gateway.app') continue
      const calls = name.endsWith('.app') ? atApp : name.endsWith('.http') ? atSidecar : []
      // Another app's token is no token here.
      for (const token of [
        '',
        'undefined',
        'guess',
        appToken(name.startsWith('tasks') ? 'events' : 'tasks'),
      ]) {
        for (const call of calls) {
          const [method = '', path = ''] = call.split(' ')
          const headers = {
            ...{
              authorization: admin,
              'content-type': 'application/cloudevents+json',
              'dapr-caller-app-id': 'reviews',
            },
            ...(token ? { 'dapr-api-token': token } : {}),
          }
          const body = method === 'POST' ? { body: JSON.stringify(event) } : {}
          const answer = await fetch(`http://127.0.0.1:${port}${path}`, { method, headers, ...body })
          const told = await answer.text()
          tally.note(
            `${call} at ${name} with the token "${token.slice(0, 9)}"`,
            answer.status === 401,
            `${answer.status} ${told.slice(0, 200)}`,
          )
        }
      }
    }
    const inside = [
      'dapr/config',
      'dapr/subscribe',
      'events/review.approved.v1',
      'operations/report',
      'metrics',
      'v1.0/metadata',
      'health/../metrics',
    ]
    for (const path of inside) {
      for (const method of ['GET', 'POST']) {
        const body = method === 'POST' ? { body: JSON.stringify(event) } : {}
        const headers = { authorization: admin, 'content-type': 'application/cloudevents+json' }
        const answer = await fetch(`${clients.get('admin')?.gateway}/${path}`, { method, headers, ...body })
        await answer.arrayBuffer()
        tally.note(`${method} /${path} at the gateway`, [400, 404].includes(answer.status), answer.status)
      }
    }
  },
}
