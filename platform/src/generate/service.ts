import { StepFailed } from '../console/steps.ts'

/** The template's own words and what stands in their place. */
export type Words = readonly (readonly [from: string, to: string])[]

const capital = (word: string): string => word.charAt(0).toUpperCase() + word.slice(1)

const singularOf = (plural: string): string =>
  plural
    .replace(/ies$/, 'y')
    .replace(/(ss|sh|ch|x)es$/, '$1')
    .replace(/s$/, '')

/**
 * The words of a new service.
 * @throws {StepFailed} when the name is not one plural noun in lower case
 */
export function wordsOf(name: string): Words {
  if (!/^[a-z]{3,20}s$/.test(name) || singularOf(name) === name) {
    throw new StepFailed(
      `"${name}" is not a name for a service: one plural noun in lower-case letters`,
      'make new-service NAME=orders',
    )
  }
  const one = singularOf(name)
  return [
    ['Orders', capital(name)],
    ['orders', name],
    ['Order', capital(one)],
    ['order', one],
  ]
}

/** The text with the template's words replaced. `orderBy` is Kysely's word and `order by` is SQL's; they stay. */
export function fill(text: string, words: Words): string {
  const pattern = new RegExp(`(${words.map(([from]) => from).join('|')})(?!By\\(| by )`, 'g')
  const replaced = text.replace(pattern, (found) => words.find(([from]) => from === found)?.[1] ?? found)
  // "an order", but "a ticket".
  return replaced.replace(/\b([Aa])n ([a-z])/g, (all, article, letter) =>
    /[aeiou]/.test(letter) ? all : `${article} ${letter}`,
  )
}

/** `2026-11-22T1200-create-orders.ts`; migrations run in the order of their names. */
export const migrationName = (name: string, now: Date): string =>
  `${now.toISOString().slice(0, 16).replace(':', '')}-create-${name}.ts`

/** Routes `/api/v1/<name>` to the service and counts it among those whose health is the platform's. */
export function describeToGateway(text: string, name: string): string {
  const upstream = `  { prefix: '/api/v1/${name}', appId: '${name}' },\n`
  return text
    .replace(/(const upstreams = \[\n(?:.*\n)*?)(\] as const)/, `$1${upstream}$2`)
    .replace(/(export const services = \[[\s\S]*?)(,?\s*\] as const)/, `$1, '${name}'$2`)
}

/** A row after the last one of the README's service table. */
export function describeToReaders(text: string, name: string): string {
  const row = `| [${name}](services/${name}/README.md) | ${name} | \`/api/v1/${name}\` |\n`
  const rows = [...text.matchAll(/^\| \[[a-z]+\]\(services\/.*\n/gm)]
  const last = rows.at(-1)
  if (!last) return text
  const end = last.index + last[0].length
  return text.slice(0, end) + row + text.slice(end)
}

/**
 * The gateway forwards to it and asks it for its health, and it asks identity for keys. That `events` asks it for its
 * report comes with its first event or subscription; `make check` tells then.
 */
export const describeToCalls = (text: string, name: string): string =>
  text
    .replace(/^( {2}gateway: \[[^\]]*)\]/m, `$1, ${name}]`)
    .replace(/\n\n# What a caller may ask for/, `\n  ${name}: [identity]$&`)

export const describeToApps = (text: string, name: string): string =>
  `${text.trimEnd()}\n  ${name}:\n    needs: [database]\n`

/** One line makes it an Application in every environment. */
export const describeToArgo = (text: string, name: string): string =>
  text.replace(
    /((?: +- service: [a-z]+\n)+)/,
    (lines) => `${lines}${/^ +/.exec(lines)?.[0]}- service: ${name}\n`,
  )

/** Its login role in PostgreSQL, after the last one. */
export function describeToPostgres(text: string, name: string): string {
  const role = (app: string) =>
    `      - name: alta_${app}\n        ensure: present\n        login: true\n        passwordSecret: { name: ${app}-database }\n        inRoles: [alta_services]\n`
  return text.replace(/( {6}- name: alta_[a-z]+\n(?: {8}.*\n)+)(?= {6}#)/, (last) => `${last}${role(name)}`)
}

/** What it has of its own in each environment: an image, and nothing else yet. */
export function imageIn(environment: string, name: string): string {
  if (environment === 'dev') return `# ${name} in dev.\n`
  return `# ${name} in ${environment}. A promotion changes the digest and nothing else.
image:
  tag: 0.1.0
  # No image was built yet: the first promotion puts its digest here.
  digest: sha256:${'0'.repeat(64)}
`
}
