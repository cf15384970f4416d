import fc from 'fast-check'
import { formWith } from '../../support/client.ts'
import { type Area, each, type Tally } from '../area.ts'
import { pixel, wave } from '../files.ts'
import type { Scene } from '../scene.ts'
import { pathOf } from './authorization.ts'
import { broken, type Components, fitting, type Schema } from './from-schema.ts'

interface Operation {
  readonly parameters?: readonly { name: string; in: string; required?: boolean; schema: Schema }[]
  readonly requestBody?: { content: Record<string, { schema: Schema }> }
  readonly responses: Record<string, unknown>
}
interface Shot {
  readonly method: string
  readonly url: string
  readonly who: string
  readonly headers: Record<string, string>
  readonly body: string | undefined
  readonly upload: boolean
}

const requests = { short: 600, long: 12_000 }
/** For what hangs: a slow machine takes many times what a request takes. */
const longestMs = 45_000
/** They end the session of whoever shoots, or keep everybody from a service; the table of routes tries them. */
const endsTheGame = /\/(logout|end-others|\{upstream\}\/open)$/

/** Requests made from the documentation, as it says and as it does not, by everybody, of a seed that repeats them. */
export const fuzz: Area = {
  name: 'requests at random',
  async attack(scene, tally, { form, seed }) {
    const { paths, components } = (await (await fetch(`${scene.gatewayUrl}/openapi.json`)).json()) as {
      paths: Record<string, Record<string, Operation>>
      components: { schemas: Components }
    }
    const operations = Object.entries(paths).flatMap(([path, methods]) =>
      Object.entries(methods)
        .filter(() => !endsTheGame.test(path))
        .map(([method, operation]) => ({ path, method: method.toUpperCase(), operation })),
    )
    const each_ = Math.ceil(requests[form] / operations.length)
    const shots = operations.flatMap(({ path, method, operation }, index) => {
      const arbitrary = shotAt(scene, method, path, operation, components.schemas)
      // Each operation has a seed of its own: a new one does not change what the others are sent.
      return fc
        .sample(arbitrary, { numRuns: each_, seed: seed + index })
        .map((shot) => ({ shot, operation, path }))
    })
    const told = new Map<string, number>()
    await each(shots, 12, async ({ shot, operation, path }) => {
      const status = await fire(scene, shot, operation, path, tally)
      told.set(status, (told.get(status) ?? 0) + 1)
    })
    console.log(
      `answers: ${[...told]
        .sort()
        .map(([status, count]) => `${count} × ${status}`)
        .join(', ')}`,
    )
    // What is turned away at the door finds nothing out about the house.
    const taken = [...told].reduce((sum, [status, count]) => sum + (status.startsWith('2') ? count : 0), 0)
    tally.note('one request of twenty is let in', taken > shots.length / 20, taken)
  },
}

function shotAt(
  { things, gatewayUrl }: Scene,
  method: string,
  path: string,
  { parameters = [], requestBody }: Operation,
  components: Components,
): fc.Arbitrary<Shot> {
  const text = (schema: Schema) =>
    fc
      .oneof({ arbitrary: fitting(schema, components), weight: 3 }, { arbitrary: broken, weight: 1 })
      .map(asText)
  const known = pathOf(path, things)
  const named = (place: string) => parameters.filter((parameter) => parameter.in === place)
  const url = fc
    .oneof(
      { arbitrary: fc.constant(known), weight: 2 },
      {
        arbitrary: fc
          .tuple(...named('path').map(({ schema }) => text(schema)))
          .map((values) => fill(path, values)),
        weight: 1,
      },
    )
    .chain((filled) => {
      const query = named('query').map(({ name, schema }) =>
        fc.option(
          text(schema).map((value) => `${name}=${encode(value)}`),
          { freq: 2 },
        ),
      )
      return fc
        .tuple(
          ...query,
          fc.option(fc.constantFrom('x=1', 'limit=1&limit=2', '__proto__[a]=1', 'cursor=%00'), { freq: 8 }),
        )
        .map((parts) => {
          const given = parts.filter((part) => part !== null)
          return gatewayUrl + filled + (given.length > 0 ? `?${given.join('&')}` : '')
        })
    })
  const json = requestBody?.content['application/json']?.schema
  const multipart = requestBody?.content['multipart/form-data']
  const body: fc.Arbitrary<string | undefined> = json
    ? fc.oneof(
        { arbitrary: fitting(json, components).map((value) => JSON.stringify(value)), weight: 4 },
        { arbitrary: broken.map((value) => JSON.stringify(value)), weight: 1 },
        { arbitrary: fc.string(), weight: 1 },
        {
          arbitrary: fc.constantFrom(
            '{"__proto__":{"a":1}}',
            '{"a":1e999}',
            '[[[[]]]]',
            '\ufeff{}',
            '{"a":1,"a":2}',
            '',
          ),
          weight: 1,
        },
      )
    : fc.constant(undefined)
  const headers = fc
    .tuple(
      ...named('header').map(({ name, schema }) =>
        fc.option(
          text(schema).map((value) => [name, headerText(value)] as const),
          { freq: 3 },
        ),
      ),
    )
    .map((given) => Object.fromEntries(given.filter((pair) => pair !== null)))
  return fc.record({
    method: fc.constant(method),
    url,
    who: fc.constantFrom('nobody', 'project owner', 'project viewer', 'operator', 'admin', 'admin elsewhere'),
    headers,
    body,
    upload: fc.constant(multipart !== undefined),
  })
}

async function fire(
  scene: Scene,
  shot: Shot,
  operation: Operation,
  path: string,
  tally: Tally,
): Promise<string> {
  const token = scene.clients.get(shot.who)?.token
  const says = `${shot.method} ${shot.url.slice(scene.gatewayUrl.length)} as ${shot.who} with ${shot.body?.slice(0, 150)}`
  const form = shot.upload ? formWith(path.includes('voice') ? wave() : pixel(), 'a') : undefined
  try {
    const response = await fetch(shot.url, {
      method: shot.method,
      headers: {
        ...shot.headers,
        ...(token ? { authorization: `Bearer ${token}` } : {}),
        ...(shot.body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(form ? { body: form } : shot.body === undefined ? {} : { body: shot.body }),
      signal: AbortSignal.timeout(longestMs),
      redirect: 'manual',
    })
    const { status } = response
    const type = response.headers.get('content-type') ?? ''
    // A stream of events goes on for as long as one listens.
    const text = type.includes('event-stream') ? '' : await response.text()
    if (type.includes('event-stream')) await response.body?.cancel()
    const isDocumented = String(status) in operation.responses || status >= 400
    const isProblem = status < 400 || type.includes('application/problem+json') || isOwnForm(path, type, text)
    const leaks = /node_modules|\.ts:\d+|\n\s+at \w|select .* from |ECONNREFUSED/i.test(
      status >= 400 ? text : '',
    )
    tally.note(
      says,
      status < 500 && isDocumented && isProblem && !leaks,
      `${status} ${type} ${text.slice(0, 200)}`,
    )
    return String(status)
  } catch (error) {
    tally.note(says, false, `no answer: ${error instanceof Error ? error.message : String(error)}`)
    return 'none'
  }
}

const asText = (value: unknown): string => (typeof value === 'string' ? value : (JSON.stringify(value) ?? ''))
const encode = (text: string): string => encodeURIComponent(text.toWellFormed())
const fill = (path: string, values: readonly string[]): string => {
  const left = [...values]
  // An empty part is another path, and a dot would be resolved before it is sent.
  return path.replaceAll(/\{\w+\}/g, () => encode(left.shift() ?? '').replace(/^\.*$/, 'x'))
}
/** What a header can carry at all; the rest is for the raw requests of `wire`. */
const headerText = (text: string): string => text.replaceAll(/[^\x20-\x7e]/g, '').trim()

/** Pages for people, and what RFC 6749 (5.2) and RFC 6750 make of a refusal. */
const isOwnForm = (path: string, type: string, text: string): boolean =>
  !path.startsWith('/api/') &&
  (type.includes('text/html') || (type.includes('application/json') && text.startsWith('{"error":"')))
