import { text } from 'node:stream/consumers'
import { setTimeout as delay } from 'node:timers/promises'
import { type CloudEvent, cloudEvent } from '@alta/contracts/cloud-event'
import { receiptAnswer } from '@alta/contracts/resources/operations'
import { Agent, request } from 'undici'
import type { Sidecar, SidecarSettings } from '../dapr/sidecar.ts'
import { log } from '../telemetry/log.ts'
import { outageOf } from '../telemetry/outage.ts'
import { inboxKeyOf } from './delivery.ts'
import { gathered } from './gathered.ts'
import type { InboxKey } from './inbox.ts'
import type { OutboxRow } from './outbox-row.ts'
import { type Topology, topologyBehind } from './topology.ts'
import type { PublishOutcome, Transport } from './transport.ts'

const PUBSUB = 'pubsub'
const LOOK_EVERY_MS = 2_000
/** Publishes at the same time; daprd makes them one after another in any case. */
const CALLERS = 16
/** How often receipts are asked for: soon at first, then less. The sum of these pauses stays below the lease of the rows. */
const ASK_AFTER_MS = [20, 50, 100, 200, 500, 1_000, 1_500]
const SEND_AGAIN_AFTER_SECONDS = 30
const REST_AFTER_FAILURE_MS = 500
/** No token, no permission for the topic. 400 and 404 daprd also answers while it has its components not yet or no more. */
const LASTING = [401, 403]
/** daprd's `--max-body-size`; what is larger it answers with 500, as it does a broker that is away. */
const LARGEST_EVENT = 16 * 2 ** 20
/** What a subscriber answers at once; see the contract of the question. */
const MOST_RECEIPTS = 10_000

/** A subscriber that has to have the event in its inbox. */
interface Receipt {
  app: string
  key: InboxKey
}

interface Question extends Receipt {
  known: boolean
}

/**
 * Publishes through the sidecar, for brokers that the relay does not speak itself. daprd answers 204 for events that
 * the broker refused or could not route (docs/decisions/0001), so its answer is no proof: an event is confirmed when
 * every subscriber has said, by service invocation, that its inbox has it. Until then it is sent again, which
 * subscribers recognise. A subscriber that is away keeps events open in every outbox that it is subscribed to.
 *
 * @param topology who subscribes to what
 * @param receipts false takes the 204 for proof: only for showing in a test that this loses events
 */
export function daprTransport(options: {
  sidecar: Sidecar
  settings: SidecarSettings
  topology: Topology
  receipts?: boolean
  sendAgainAfterSeconds?: number
}): Transport {
  const { sidecar, settings, topology, receipts: wanted = true } = options
  const again = (options.sendAgainAfterSeconds ?? SEND_AGAIN_AFTER_SECONDS) * 1_000
  const origin = `http://127.0.0.1:${settings.DAPR_HTTP_PORT}/v1.0/publish/${PUBSUB}`
  const token: Record<string, string> = settings.DAPR_API_TOKEN
    ? { 'dapr-api-token': settings.DAPR_API_TOKEN }
    : {}
  const dispatcher = new Agent({ connections: CALLERS })
  const outage = outageOf('the relay has no sidecar to publish through; events wait in the outbox')
  const failing = outageOf('the sidecar does not take events; they wait in the outbox and are tried again')
  const stop = new AbortController()
  /** When events were last handed to the sidecar that are not confirmed yet. */
  const sent = new Map<string, number>()
  const askers = new Map<string, (questions: Question[]) => Promise<void>>()
  let ready = false
  let looking: Promise<void> = Promise.resolve()

  async function look(onReady: () => void): Promise<void> {
    while (!stop.signal.aborted) {
      try {
        await sidecar.check(stop.signal)
        outage.worked()
        forgetOld()
        if (!ready) {
          ready = true
          onReady()
        }
      } catch (error) {
        ready = false
        if (!stop.signal.aborted) outage.failed(error)
      }
      await delay(LOOK_EVERY_MS, undefined, { signal: stop.signal }).catch(() => undefined)
    }
  }

  /** Whatever was sent so long ago is sent again, by whichever relay has claimed it. */
  function forgetOld(): void {
    for (const [id, sentAt] of sent) if (performance.now() - sentAt > again) sent.delete(id)
  }

  async function send({ id, topic, event }: OutboxRow): Promise<PublishOutcome | undefined> {
    const { statusCode, body } = await request(`${origin}/${encodeURIComponent(topic)}`, {
      dispatcher,
      method: 'POST',
      headers: { ...token, 'content-type': 'application/cloudevents+json' },
      body: event,
      headersTimeout: 5_000,
      signal: stop.signal,
    })
    const answer = await body.text()
    if (statusCode < 300) {
      failing.worked()
      return undefined
    }
    if (LASTING.includes(statusCode))
      return { id, outcome: 'refused', reason: `sidecar: ${statusCode} ${answer.slice(0, 300)}` }
    throw new Error(`the sidecar answers ${statusCode} to a publish: ${answer.slice(0, 300)}`)
  }

  async function publishOne(row: OutboxRow): Promise<PublishOutcome> {
    if (Buffer.byteLength(row.event) > LARGEST_EVENT)
      return { id: row.id, outcome: 'refused', reason: 'too large: the sidecar takes no event above 16 MiB' }
    const event = eventOf(row)
    if (!event) return { id: row.id, outcome: 'refused', reason: 'invalid: the row holds no CloudEvent' }
    try {
      const sentAt = sent.get(row.id)
      if (sentAt === undefined || performance.now() - sentAt > again) {
        const refused = await send(row)
        if (refused) return refused
        if (!wanted) return { id: row.id, outcome: 'confirmed' }
        sent.set(row.id, performance.now())
      }
      let missing = receiptsFor(topology, row.topic, event)
      for (const pause of ASK_AFTER_MS) {
        if (missing.length === 0) break
        await delay(pause, undefined, { signal: stop.signal })
        missing = await stillMissing(missing)
      }
      if (missing.length > 0) return { id: row.id, outcome: 'interrupted' }
      sent.delete(row.id)
      return { id: row.id, outcome: 'confirmed' }
    } catch (error) {
      if (!stop.signal.aborted) failing.failed(error)
      // Handed back at once it would be claimed at once, again and again for as long as nothing works.
      await delay(REST_AFTER_FAILURE_MS, undefined, { signal: stop.signal }).catch(() => undefined)
      return { id: row.id, outcome: 'interrupted' }
    }
  }

  /** One question a subscriber at a time, for all events that wait for its answer. */
  function askerOf(app: string): (questions: Question[]) => Promise<void> {
    let asker = askers.get(app)
    if (!asker) {
      asker = gathered(async (questions: Question[]) => {
        for (let from = 0; from < questions.length; from += MOST_RECEIPTS)
          await ask(app, questions.slice(from, from + MOST_RECEIPTS))
      })
      askers.set(app, asker)
    }
    return asker
  }

  async function ask(app: string, questions: readonly Question[]): Promise<void> {
    const { status, body } = await sidecar.invoke(app, '/operations/receipts', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ messages: questions.map(({ key }) => key) }),
      signal: stop.signal,
      timeoutMs: 5_000,
    })
    const answer = await text(body)
    if (status !== 200) throw new Error(`${app} answers ${status} when asked for receipts`)
    const { known } = receiptAnswer.parse(JSON.parse(answer))
    for (const [index, question] of questions.entries()) question.known = known[index] ?? false
  }

  async function stillMissing(receipts: readonly Receipt[]): Promise<Receipt[]> {
    const questions = receipts.map(({ app, key }) => ({ app, key, known: false }))
    await Promise.all(
      questions.map((question) =>
        askerOf(question.app)([question]).catch((error: unknown) => {
          // Who cannot be asked has not said that it has the event.
          log.debug({ err: error, app: question.app }, 'could not ask for receipts')
        }),
      ),
    )
    return questions.filter(({ known }) => !known)
  }

  return {
    get ready() {
      return ready
    },
    open(onReady) {
      looking = look(onReady)
    },
    async publish(rows) {
      return Promise.all(rows.map(publishOne))
    },
    async close() {
      stop.abort(new Error('the relay stops'))
      await looking
      await dispatcher.close()
    },
  }
}

/** Everybody whose queue the topic leads to; of a copy for one app that one alone. */
function receiptsFor(topology: Topology, topic: string, event: CloudEvent): Receipt[] {
  return topologyBehind(topology, [topic])
    .queues.filter(({ app }) => event.replayfor === undefined || event.replayfor === app)
    .map((queue) => ({ app: queue.app, key: inboxKeyOf(queue.app, queue.topic, event) }))
}

function eventOf({ event }: OutboxRow): CloudEvent | undefined {
  try {
    return cloudEvent.safeParse(JSON.parse(event)).data
  } catch {
    // Not even JSON, so no event.
    return undefined
  }
}
