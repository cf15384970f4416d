import { hopByHop, isPrivate, traceHeaders } from '../edge/forwarded-headers.ts'
import { securityHeaderNames } from '../edge/security-headers.ts'
import type { RouteEntry } from '../routing/route-entry.ts'
import type { BodyStep, MessageRule, Transformation, Transformations } from '../routing/transformations.ts'
import { namesOf } from './change-body.ts'

/** Who somebody is, where a browser may do what, how a body is read, and what was asked of caches. */
const untouchable = new Set([
  'authorization',
  'cookie',
  'set-cookie',
  'www-authenticate',
  'origin',
  'content-type',
  'content-length',
  'content-encoding',
  'content-disposition',
  'accept-encoding',
  'cache-control',
  'vary',
  'etag',
  'deprecation',
  'sunset',
  'retry-after',
])

/** Headers that no rule may name. */
export const isProtected = (name: string): boolean =>
  untouchable.has(name) ||
  hopByHop.has(name) ||
  traceHeaders.has(name) ||
  securityHeaderNames.has(name) ||
  isPrivate(name) ||
  name.startsWith('access-control-') ||
  name.startsWith('sec-') ||
  name.startsWith('proxy-') ||
  name.startsWith('ratelimit')

/** @throws {Error} with all that is wrong with the rules */
export function checkTransformations(
  rules: Transformations,
  { routes, kept }: { routes: readonly RouteEntry[]; kept: ReadonlySet<string> },
): void {
  const known = new Map(routes.map((route) => [`${route.method} ${route.path}`, route]))
  const faults = Object.entries(rules).flatMap(([name, rule]) => {
    const route = known.get(name)
    if (!route) return [`${name}: no service has it`]
    const own = kept.has(name) ? ['its answer is kept, and told without its service'] : []
    return [...own, ...faultsOf(rule, route)].map((fault) => `${name}: ${fault}`)
  })
  if (faults.length > 0) throw new Error(`transformations that cannot be carried out:\n${faults.join('\n')}`)
}

function faultsOf({ request, response }: Transformation, { body }: RouteEntry): string[] {
  return [
    ...(request?.body && body !== 'json'
      ? [`request.body: it takes ${body === 'none' ? 'no body' : 'a file'}`]
      : []),
    ...Object.entries({ request, response }).flatMap(([part, rule]) =>
      rule ? [...faultsOfHeaders(rule), ...faultsOfSteps(rule)].map((fault) => `${part}.${fault}`) : [],
    ),
  ]
}

function faultsOfHeaders({ headers }: MessageRule): string[] {
  const { rename = {}, remove = [], set = {} } = headers ?? {}
  const named = [...Object.entries(rename).flat(), ...remove, ...Object.keys(set)]
  return [
    ...[...new Set(named)].flatMap((name) => {
      if (!/^[!#$%&'*+.^_`|~0-9a-z-]+$/.test(name))
        return [`headers: ${JSON.stringify(name)} is no name in lower case`]
      return isProtected(name) ? [`headers: ${name} is not to be touched`] : []
    }),
    ...twice(Object.values(rename)).map((name) => `headers: two become ${name}`),
    ...Object.entries(set)
      .filter(([, value]) => !/^[\x20-\x7e]*$/.test(value))
      .map(([name]) => `headers: the value of ${name} is not plain text`),
  ]
}

function faultsOfSteps({ body = [] }: MessageRule): string[] {
  return body.flatMap((step, index) => faultsOfStep(step).map((fault) => `body.${index}: ${fault}`))
}

function faultsOfStep(step: BodyStep): string[] {
  const pointer = 'set' in step ? step.set : 'remove' in step ? step.remove : step.rename
  const names = namesOf(pointer)
  if (!names) return [`${JSON.stringify(pointer)} is no JSON pointer to a part of the body`]
  const last = names.at(-1) ?? ''
  return [
    ...([...names, 'to' in step ? step.to : ''].includes('__proto__') ? ['__proto__ is never a field'] : []),
    ...('to' in step && last === '*' ? ['items of a list have no names'] : []),
    ...('to' in step && step.to === last ? ['it has that name already'] : []),
    ...('set' in step && step.value === undefined ? ['there is no value'] : []),
  ]
}

const twice = (names: readonly string[]): string[] => [
  ...new Set(names.filter((name, index) => names.indexOf(name) !== index)),
]
