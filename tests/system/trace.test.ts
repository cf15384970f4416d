import { join } from 'node:path'
import { eventually } from '@alta/kit/testing/wait'
import { expect, inject, test } from 'vitest'
import { Client } from '../support/client.ts'
import type { ReceivedSpan } from '../support/otlp.ts'
import { readPlatform } from '../support/platform.ts'
import { writeSpanTree } from '../support/span-tree.ts'

const { gatewayUrl } = readPlatform(inject('home'))
const sample = join(import.meta.dirname, '../../samples/bad-photo.jpg')

async function spans(): Promise<ReceivedSpan[]> {
  return (await (await fetch(inject('traces'))).json()) as ReceivedSpan[]
}

test('one trace spans upload, outbox, OCR, review and mail, also where a person decided in between', async () => {
  const ada = await new Client(gatewayUrl).register()
  const projectId = await ada.project({ name: 'Traced' })
  const { body: item } = await ada.upload(projectId, 'documents', sample)
  await ada.until('documents', item.id, ['in_review'])
  const review = await eventually('the item is in the queue', async () => {
    const { body } = await ada.call('GET', `/api/v1/reviews?status=open&projectId=${projectId}`)
    return body.items[0]
  })
  await ada.call('POST', `/api/v1/reviews/${review.id}/claim`, {})
  const approval = await ada.call('POST', `/api/v1/reviews/${review.id}/approve`, {})
  expect(approval.status, JSON.stringify(approval.body)).toBe(200)
  await ada.until('documents', item.id, ['approved'])
  await eventually('the mail has come', async () =>
    (await ada.mails()).some((mail) => mail.text.includes('bad-photo.jpg')),
  )

  const expected = [
    ['gateway', /POST/],
    ['documents', /POST/],
    ['ocr', /handle document\.ocr-requested\.v1/],
    ['reviews', /handle document\.ocr-completed\.v1/],
    ['documents', /handle review\.approved\.v1/],
    ['notifications', /handle email\.send-requested\.v1/],
  ] as const
  const arrived = async () => {
    const all = await spans()
    const ids = new Set(
      all
        .filter((span) => span.service === 'ocr' && /ocr-requested/.test(span.name))
        .map((span) => span.traceId),
    )
    return [...ids]
      .map((id) => all.filter((span) => span.traceId === id))
      .find(
        (one) =>
          expected.every(([service, name]) =>
            one.some((span) => span.service === service && name.test(span.name)),
          ) &&
          // Sidecars too have sent theirs: nothing but the upload itself has a cause that is not in it.
          one.filter(({ parentSpanId }) => !one.some(({ spanId }) => spanId === parentSpanId)).length === 1 &&
          // The approver's own request is another trace, and a link leads to it.
          one.some((span) => span.service === 'reviews' && span.links.length > 0),
      )
  }
  const trace = await eventually('all spans of the upload have arrived', arrived, 60)
  expect(new Set(trace.map((span) => span.traceId)).size).toBe(1)
  console.log(
    `trace ${trace[0]?.traceId}: ${trace.length} spans of ${[...new Set(trace.map((span) => span.service))].join(', ')}`,
  )
  // TRACE_DOCUMENT=1: the picture in the documents is drawn from this run.
  if (process.env.TRACE_DOCUMENT) {
    // The event store takes every event as well, which would double its length.
    const drawn = trace.filter(({ service }) => !service.startsWith('events'))
    await writeSpanTree(join(import.meta.dirname, '../../docs/architecture.md'), drawn)
  }
})
