import { setTimeout as delay } from 'node:timers/promises'
import { DEFAULT_TENANT } from '@alta/kit/database/tenant'
import { randomUUIDv7 } from '@alta/kit/identifiers'
import { addEffect } from '@alta/kit/testing/kit-fixture'
import { rounds, short } from '../config.ts'
import { milliseconds, now, percentile, ratio } from '../figures.ts'
import type { Section } from '../report.ts'
import { openBarePublisher } from './floors.ts'
import type { Stage } from './stage.ts'
import type { Way } from './ways.ts'

/** Far below what any of them can do: nothing waits in a queue. */
const PER_SECOND = 25
const SECONDS = short ? 2 : 4

interface Sample {
  called: number[]
  committed: number[]
  /** Median of one round. */
  rounds: number[]
  missing: number
}

/** From the commit of a change until another service's handler is called, and until its effect is committed. */
export async function benchLatency(stage: Stage): Promise<Section> {
  await using bare = await openBarePublisher(stage.broker.url)
  const ways = [stage.ways.relay, stage.ways.publish, stage.ways.outbox, bare.way]
  const samples = new Map<Way, Sample>(
    ways.map((way) => [way, { called: [], committed: [], rounds: [], missing: 0 }]),
  )
  for (const way of ways) await oneRound(stage, way, 1)
  const commits: number[] = []
  for (let round = 0; round < rounds; round++) {
    commits.push(...(await bareCommits(stage)))
    for (const way of ways) {
      const { called, committed, missing } = await oneRound(stage, way, SECONDS)
      const sample = samples.get(way)
      sample?.called.push(...called)
      sample?.committed.push(...committed)
      sample?.rounds.push(percentile(called, 0.5))
      if (sample) sample.missing += missing
    }
  }
  const medians = (way: Way) => samples.get(way)?.rounds ?? []
  const ours = medians(stage.ways.relay)
  return {
    title: 'From commit to handler',
    columns: ['way', 'handler called p50 / p90 ms', 'effect committed p50 / p90 ms', 'events', 'lost'],
    rows: [
      ...[...samples].map(([way, { called, committed, missing }]) => [
        way.name,
        pair(called),
        way === bare.way ? '–' : pair(committed),
        String(called.length + missing),
        String(missing),
      ]),
      ['floor: one transaction of the sender', '–', pair(commits), String(commits.length), '–'],
    ],
    notes: [
      `${PER_SECOND} events a second, open loop, ${rounds} rounds in turn after a warm-up. The clock starts when the change is committed.`,
      `Handler called, Alta against the floor of the same round: ${ratio(ours, medians(bare.way))}.`,
      `Handler called, Dapr publish against Alta: ${ratio(medians(stage.ways.publish), ours)}; Dapr outbox against Alta: ${ratio(medians(stage.ways.outbox), ours)}.`,
      'Dapr publish loses the event when the process dies between commit and publish, or when the broker refuses it; the other two do not.',
    ],
  }
}

const pair = (values: readonly number[]): string =>
  `${milliseconds(percentile(values, 0.5))} / ${milliseconds(percentile(values, 0.9))}`

async function oneRound(
  { consumer }: Stage,
  way: Way,
  seconds: number,
): Promise<{ called: number[]; committed: number[]; missing: number }> {
  const sent = new Map<string, Promise<number>>()
  const began = now()
  for (let index = 0; index < PER_SECOND * seconds; index++) {
    await delay(Math.max(0, began + (index * 1_000) / PER_SECOND - now()))
    const id = randomUUIDv7()
    sent.set(id, way.send(id))
  }
  await Promise.all(sent.values())
  const missing = await consumer.untilHandled([...sent.keys()], 15)
  const called: number[] = []
  const committed: number[] = []
  for (const [id, sending] of sent) {
    const handled = consumer.handled.get(id)
    if (!handled) continue
    called.push(handled.called - (await sending))
    committed.push(handled.committed - (await sending))
  }
  return { called, committed, missing: missing.length }
}

/** Milliseconds of the sender's transaction without any event. */
async function bareCommits({ db }: Stage): Promise<number[]> {
  const took: number[] = []
  for (let index = 0; index < 50; index++) {
    const began = now()
    const id = randomUUIDv7()
    await db.database.transaction(DEFAULT_TENANT, ({ tx }) => addEffect(tx, DEFAULT_TENANT, id))
    took.push(now() - began)
  }
  return took
}
