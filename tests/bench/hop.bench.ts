import { tmpdir } from 'node:os'
import { bring } from '../../platform/src/system/apt.ts'
import { rounds, short } from './config.ts'
import { median, milliseconds, rateCells, ratio } from './figures.ts'
import { cpuTime } from './hop/cpu-time.ts'
import { packages } from './hop/native-proxies.ts'
import { openWays } from './hop/ways.ts'
import { wrk } from './hop/wrk.ts'
import type { Section } from './report.ts'

const SECONDS = short ? 1 : 2
const CALLERS = 32

interface Found {
  /** Microseconds of a core for each request. */
  costs: number[]
  p50s: number[]
  rates: number[]
}

/** What stands between a caller and a service costs: our gateway, with and without Dapr, beside other proxies. */
export async function benchHop(say: (text: string) => void): Promise<Section> {
  await bring(packages, { logs: tmpdir(), say, without: 'wrk, nginx and haproxy' })
  await using opened = await openWays(say)
  const { ways, missing } = opened
  const found = new Map<string, Found>(
    [...ways.keys()].map((key) => [key, { costs: [], p50s: [], rates: [] }]),
  )
  for (let round = -1; round < rounds; round++) {
    for (const [key, way] of ways) {
      // The first round warms up, which many do sooner than one.
      const one = round < 0 ? undefined : await wrk(way, 1, SECONDS)
      const before = await cpuTime(way.processes)
      const many = await wrk(way, CALLERS, SECONDS)
      const used = (await cpuTime(way.processes)) - before
      if (!one) continue
      if (way.processes.length > 0) found.get(key)?.costs.push(used / many.count)
      found.get(key)?.p50s.push(one.p50)
      found.get(key)?.rates.push(many.perSecond)
    }
    await opened.alive()
  }

  const of = (key: string): Found => found.get(key) ?? { costs: [], p50s: [], rates: [] }
  const direct = median(of('direct').p50s)
  const added = (key: string): number => median(of(key).p50s) - direct
  const beside = (ours: string, theirs: string): string =>
    ways.has(theirs)
      ? `${ratio(of(ours).rates, of(theirs).rates)} the requests a second of ${ways.get(theirs)?.name}, ${ratio(of(ours).p50s, of(theirs).p50s)} its p50 and ${ratio(of(ours).costs, of(theirs).costs)} its CPU a request`
      : ''
  /** By the medians of this run, since ratios of rounds beside each other may lean the other way. */
  const ahead = (ours: string, theirs: string): string => {
    const quicker = median(of(ours).p50s) < median(of(theirs).p50s)
    const more = median(of(ours).rates) > median(of(theirs).rates)
    return `${ways.get(theirs)?.name}: p50 ${quicker ? 'yes' : 'NO'}, requests a second ${more ? 'yes' : 'NO'}`
  }
  return {
    title: 'The hop through the gateway',
    columns: [
      'way',
      'p50 ms, 1 caller',
      'added ms',
      `requests/s, ${CALLERS} callers`,
      'range',
      'CPU µs a request',
    ],
    rows: [...ways].map(([key, { name }]) => [
      name,
      milliseconds(median(of(key).p50s)),
      key === 'direct' ? '' : milliseconds(added(key)),
      ...rateCells(of(key).rates),
      of(key).costs.length > 0 ? median(of(key).costs).toFixed(0) : '',
    ]),
    notes: [
      `wrk with one thread for ${SECONDS} s each, ${rounds} rounds in turn; everything, wrk and the plain service of Node too, shares the cores. Each proxy has one process and one thread and keeps its connections. Only Alta and the fastify with limits log every request and count limits in Redis; only Alta gives it the ids of a trace and checks paths and headers; the others only forward. No collector of traces is set up, so that no span is kept.`,
      'CPU is what the processes in between have used for a request at that load, Redis not included; other work on the machine changes it less than rates.',
      `Is Alta without Dapr, for anyone, ahead of every gateway of Node? ${['fastify', 'limited', 'express']
        .filter((peer) => ways.has(peer))
        .map((peer) => ahead('open', peer))
        .join('; ')}.`,
      ...['fastify', 'limited', 'express', 'bare', 'nginx', 'haproxy']
        .map((peer) => ['open', 'signedIn'].map((way) => beside(way, peer)))
        .flatMap(([open, signedIn]) =>
          open ? [`Alta without Dapr has ${open}; with a token ${signedIn}.`] : [],
        ),
      ...(ways.has('whole')
        ? [
            `Of what Alta with its sidecars adds to the p50, ${milliseconds(added('whole'))} ms, the gateway’s own share is ${milliseconds(added('signedIn'))} ms and that of Dapr ${milliseconds(added('whole') - added('signedIn'))} ms; of the CPU, ${median(of('whole').costs).toFixed(0)} µs a request, the gateway’s is ${median(of('signedIn').costs).toFixed(0)} µs.`,
          ]
        : []),
      ...missing.map((what) => `Missing: ${what}`),
    ],
  }
}
