import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'
import { type Container, containersOf, type Manifest, podOf } from '../manifests/objects.ts'
import { run } from '../system/run.ts'
import { rendersOf } from './renders.ts'

const main = fileURLToPath(new URL('./settings/read.main.ts', import.meta.url))

const reading = z.union([
  /** As the service would say it. */
  z.object({ wrong: z.string() }),
  z.object({ config: z.record(z.string(), z.unknown()) }),
])
export type Reading = z.infer<typeof reading>

/** A service with what is set for it in an environment. */
export interface Configured {
  /** `production/ocr`. */
  readonly title: string
  readonly app: string
  readonly environment: Readonly<Record<string, string>>
}

/** What holds on a developer's machine and nowhere else. */
const onOneMachine = /localhost|127\.0\.0\.1|\.local\b/

/**
 * Settings with which a service would not start where the charts put it, as its own config.ts says; and, outside of
 * development, those that nobody has set and that would stay as they are on a developer's machine.
 * @throws {ToolMissing} without Helm
 */
export async function brokenSettings(root: string): Promise<string[]> {
  const { rendered } = await rendersOf(root)
  const places = Map.groupBy(
    rendered.filter(({ release }) => !release.environment.startsWith('ci/')),
    ({ release }) => release.environment,
  )
  const configured = [...places].flatMap(([environment, group]) => {
    const objects = group.flatMap(({ manifests }) => manifests)
    return group
      .filter(({ release }) => release.chart === 'service')
      .map(({ release, manifests }): Configured => {
        const app = release.name
        return { title: `${environment}/${app}`, app, environment: environmentOf(app, manifests, objects) }
      })
  })
  return settingFaults(root, configured)
}

export async function settingFaults(root: string, configured: readonly Configured[]): Promise<string[]> {
  const cases = configured.map(({ app, environment }) => ({
    file: join(root, 'services', app, 'src/config.ts'),
    environment,
  }))
  const { code, stdout, stderr } = await run(process.execPath, [main], { input: JSON.stringify(cases) })
  if (code !== 0) return [`settings cannot be read: ${stderr.trim()}`]
  const readings = z.array(reading).parse(JSON.parse(stdout))
  return configured.flatMap((one, index) => faultsOf(one, readings[index]))
}

function faultsOf({ title, environment }: Configured, found: Reading | undefined): string[] {
  if (found === undefined || 'wrong' in found) return [`${title} would not start: ${found?.wrong.trim()}`]
  if (title.startsWith('dev/')) return []
  return Object.entries(found.config)
    .filter(([name, value]) => !(name in environment) && onOneMachine.test(String(value)))
    .map(([name, value]) => `${title}: ${name} is not set and stays ${String(value)}`)
}

/** What the service's container has in its environment; a secret stands for itself, in the form that it has. */
function environmentOf(
  app: string,
  own: readonly Manifest[],
  all: readonly Manifest[],
): Record<string, string> {
  const container = own
    .flatMap((object) => podOf(object) ?? [])
    .flatMap(containersOf)
    .find(({ name }) => name === app)
  return container ? { ...fromMaps(container, all), ...oneByOne(container, all) } : {}
}

const fromMaps = ({ envFrom }: Container, all: readonly Manifest[]): Record<string, string> =>
  Object.assign(
    {},
    ...envFrom.map(({ configMapRef, secretRef }) =>
      configMapRef
        ? all.find(({ kind, metadata }) => kind === 'ConfigMap' && metadata.name === configMapRef.name)?.data
        : secretsOf(secretRef?.name, all),
    ),
  )

const oneByOne = ({ env }: Container, all: readonly Manifest[]): Record<string, string> =>
  Object.fromEntries(
    env.flatMap(({ name, value, valueFrom }) => {
      const { name: secret, key = '' } = valueFrom?.secretKeyRef ?? {}
      const found = value ?? secretsOf(secret, all)[key]
      return found === undefined ? [] : [[name, found]]
    }),
  )

const external = z.object({
  target: z.object({ template: z.object({ data: z.record(z.string(), z.string()) }) }),
})
const anything = 'x'.repeat(40)

function secretsOf(name: string | undefined, all: readonly Manifest[]): Record<string, string> {
  const found = all.find(({ kind, metadata }) => /Secret$/.test(kind) && metadata.name === name)
  if (found?.kind === 'Secret')
    return mapped(found.data ?? {}, (text) => Buffer.from(text, 'base64').toString())
  return found
    ? mapped(external.parse(found.spec).target.template.data, (text) =>
        text.replace(/\{\{ [^}]+ \}\}/g, anything),
      )
    : {}
}

const mapped = (
  data: Readonly<Record<string, string>>,
  change: (text: string) => string,
): Record<string, string> =>
  Object.fromEntries(Object.entries(data).map(([name, text]) => [name, change(text)]))
