import { z } from 'zod'
import { describeCheckout } from '../../checkout.ts'
import type { Manifest } from '../../manifests/objects.ts'
import { readSettings } from '../../settings.ts'
import { eachAtOnce } from '../../system/each-at-once.ts'
import { run } from '../../system/run.ts'
import { cachedGoTools } from '../../tools/go-tools.ts'
import { istioctl } from '../../tools/linters.ts'
import { rendersOf } from '../renders.ts'

/**
 * What Istio itself says against the way in and the Services behind it. From files it looks at its own kinds alone:
 * hosts, ports, proxies and certificates are for manifests/policies/routes.ts.
 * @throws {ToolMissing}
 */
export async function istioFaults(root: string): Promise<string[]> {
  const checkout = describeCheckout(root, readSettings(root))
  const { istioctl: program } = await cachedGoTools(checkout, istioctl)
  const { rendered } = await rendersOf(root)
  const ways = rendered.filter(({ manifests }) => manifests.some(isIstio))
  const found = await eachAtOnce(ways, async ({ release, manifests }) => {
    const { environment, namespace, title } = release
    const services = rendered
      .filter(
        (other) => other.release.environment === environment && namesIn(manifests).has(other.release.name),
      )
      .flatMap((other) => other.manifests.filter(({ kind }) => kind === 'Service'))
    const said = await askIstio(program, namespace, [...manifests.filter(isIstio), ...services])
    return said.map((words) => `${title}: ${words}`)
  })
  return found.flat()
}

export const isIstio = ({ apiVersion }: Manifest): boolean => apiVersion.startsWith('networking.istio.io/')

/** Of VirtualServices: each is called as the service behind it. */
const namesIn = (objects: readonly Manifest[]): Set<string> =>
  new Set(objects.filter(({ kind }) => kind === 'VirtualService').map(({ metadata }) => metadata.name))

const message = z.looseObject({ code: z.string(), message: z.string(), origin: z.string().default('') })

/** @returns what its webhook would refuse, and what its analysis warns of */
export async function askIstio(
  program: string,
  namespace: string,
  objects: readonly Manifest[],
): Promise<string[]> {
  const options = {
    input: objects.map((object) => JSON.stringify(object)).join('\n---\n'),
    timeout: 60_000,
  }
  const valid = await run(program, ['validate', '-f', '-'], options)
  if (valid.code !== 0) return [`istioctl validate: ${`${valid.stdout}${valid.stderr}`.trim()}`]
  const args = ['analyze', '--use-kube=false', '--output', 'json', '--namespace', namespace, '-']
  const { code, stdout, stderr } = await run(program, args, options)
  const answer = stdout.indexOf('[')
  if (answer < 0) return [`istioctl analyze ended with ${code}: ${stderr.trim()}`]
  const messages = z.array(message).parse(JSON.parse(stdout.slice(answer)))
  return messages.map((one) => `istioctl analyze: ${one.origin} ${one.code} ${one.message}`)
}
