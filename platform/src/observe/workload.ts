import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { z } from 'zod'
import type { Checkout } from '../checkout.ts'
import type { Say } from '../console/steps.ts'
import { openSampleProject } from '../samples/account.ts'
import { Api } from '../samples/api.ts'
import { runSamples } from '../samples/run.ts'
import type { Secrets } from '../secrets.ts'

/** Of every target. */
const SCRAPED_WITHIN_MS = 7_000
const type = 'document-reprocessing'
const files = ['letter.png', 'memo.wav'] as const
const reviews = z.looseObject({ items: z.array(z.looseObject({ id: z.string() })) })

/**
 * Everything that happens on an ordinary day, once: the samples in a project of their own, each verdict of a person,
 * a task, and somebody who is told of changes at once.
 */
export async function workload(options: {
  checkout: Checkout
  secrets: Secrets
  gatewayUrl: string
  say: Say
}): Promise<void> {
  const { secrets, gatewayUrl } = options
  const project = `Observed ${new Date().toISOString()}`
  await runSamples({ ...options, project })
  const api = new Api(gatewayUrl)
  const projectId = await openSampleProject(api, secrets, project)
  const waiting = reviews.parse((await api.get(`/reviews?status=open&projectId=${projectId}`)).body)
  const verdicts = [
    ['approve', {}],
    ['send-back', { reason: 'Observed.' }],
    ['reject', { reason: 'Observed.' }],
  ] as const
  for (const [index, [verdict, body]] of verdicts.entries()) {
    const id = waiting.items[index]?.id
    if (id === undefined) continue
    await api.post(`/reviews/${id}/claim`, {})
    await api.post(`/reviews/${id}/${verdict}`, body)
  }
  await api.post('/tasks', { type, params: { projectId } })
  // Once more, after Prometheus has seen the first: a series that has just begun shows no increase.
  const again = await openSampleProject(api, secrets, `${project}, once more`)
  using _listening = await listen(api, gatewayUrl)
  for (const file of files) {
    const path = `/projects/${again}/${file.endsWith('.wav') ? 'voice-samples' : 'documents'}`
    await api.upload(
      path,
      join(options.checkout.root, 'samples', file),
      file,
      { title: file, language: 'en' },
      randomUUID(),
    )
    await api.get('/nowhere')
    await api.post('/tasks', { type, params: { projectId: again } })
    await sleep(SCRAPED_WITHIN_MS)
  }
}

const ticketAnswer = z.looseObject({ ticket: z.string() })

/** @throws {Error} when the gateway does not let them in */
async function listen(api: Api, gatewayUrl: string): Promise<Disposable> {
  const { ticket } = ticketAnswer.parse((await api.post('/notifications/tickets', {})).body)
  const address = `${gatewayUrl.replace(/^http/, 'ws')}/api/v1/notifications/live`
  const socket = new WebSocket(address, ['alta.live.v1', `ticket.${ticket}`])
  await new Promise((resolve, reject) => {
    socket.addEventListener('open', resolve)
    socket.addEventListener('error', () => reject(new Error(`${address} lets nobody in`)))
  })
  return { [Symbol.dispose]: () => socket.close() }
}
