import { randomUUIDv7 } from '@alta/kit/identifiers'
import { rounds, short } from '../config.ts'
import { forSeconds, now, rateCells, ratio } from '../figures.ts'
import type { Section } from '../report.ts'
import type { Stage } from './stage.ts'
import type { Way } from './ways.ts'

const CALLERS = 8
const SECONDS = short ? 1 : 3

/** How many changes a second reach their effect in another service, everything on this machine. */
export async function benchThroughput(stage: Stage): Promise<Section> {
  const { relay, publish, outbox } = stage.ways
  const rates = new Map<Way, number[]>([relay, publish, outbox].map((way) => [way, []]))
  let missing = 0
  for (const way of [relay, publish]) await oneRound(stage, way, 1)
  for (let round = 0; round < rounds; round++) {
    for (const [way, known] of rates) {
      const result = await oneRound(stage, way, SECONDS)
      known.push(result.rate)
      missing += result.missing
    }
  }
  const of = (way: Way) => rates.get(way) ?? []
  return {
    title: 'Changes a second, to the effect in another service',
    columns: ['way', 'events/s, median', 'lowest and highest round'],
    rows: [...rates].map(([way, values]) => [way.name, ...rateCells(values)]),
    notes: [
      `${CALLERS} callers for ${SECONDS} s, then until the last effect; ${rounds} rounds in turn. Sender, PostgreSQL, RabbitMQ, two sidecars and consumer share the machine. ${missing} events were lost.`,
      `Alta against Dapr publish: ${ratio(of(relay), of(publish))}; against the Dapr outbox: ${ratio(of(relay), of(outbox))}.`,
      'Every event costs two transactions, the sender’s and the consumer’s; the relay alone does more (next table).',
    ],
  }
}

async function oneRound(
  { consumer }: Stage,
  way: Way,
  seconds: number,
): Promise<{ rate: number; missing: number }> {
  const ids: string[] = []
  const began = now()
  const one = async () => {
    const id = randomUUIDv7()
    ids.push(id)
    await way.send(id)
  }
  await forSeconds(seconds, CALLERS, one, way.capacity && way.capacity * (seconds + 1))
  const missing = await consumer.untilHandled(ids, 20)
  const last = Math.max(...ids.map((id) => consumer.handled.get(id)?.committed ?? 0))
  return { rate: ((ids.length - missing.length) * 1_000) / (last - began), missing: missing.length }
}
