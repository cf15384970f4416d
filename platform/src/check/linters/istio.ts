import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parse } from 'yaml'
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
 * What Istio itself says against the way in, with the Services of the environment around it.
 * @throws {ToolMissing}
 */
export async function istioFaults(root: string): Promise<string[]> {
  const checkout = describeCheckout(root, readSettings(root))
  const { istioctl: program } = await cachedGoTools(checkout, istioctl)
  const { rendered } = await rendersOf(root)
  const proxies = await ingressProxies(root)
  const ways = rendered.filter(({ manifests }) => manifests.some(isIstio))
  const found = await eachAtOnce(ways, async ({ release, manifests }) => {
    const { environment, namespace } = release
    const services = rendered
      .filter((other) => other.release.environment === environment)
      .flatMap((other) => other.manifests.filter(({ kind }) => kind === 'Service'))
    // A file of ci/ has the platform alone: what it routes to is not there to be found.
    if (services.length === 0) return []
    const said = await analyzeIstio(program, namespace, [
      ...manifests.filter(isIstio),
      ...services,
      ...proxies,
    ])
    return said.map((words) => `${release.title}: ${words}`)
  })
  return found.flat()
}

export const isIstio = ({ apiVersion }: Manifest): boolean => apiVersion.startsWith('networking.istio.io/')

/** Where Istio's own chart puts its proxies, as k8s/istio installs it. */
const proxyNamespace = 'istio-ingress'
const values = z.looseObject({ labels: z.record(z.string(), z.string()) })

/** In place of what that chart makes: a pod under its labels, and the Service in front of it. */
export async function ingressProxies(root: string): Promise<Manifest[]> {
  const { labels } = values.parse(parse(await readFile(join(root, 'k8s/istio/gateway.yaml'), 'utf8')))
  const metadata = { name: 'ingress', namespace: proxyNamespace, labels, annotations: {} }
  const ports = [80, 443].map((port) => ({ name: `port-${port}`, port, targetPort: port, protocol: 'TCP' }))
  return [
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: proxyNamespace, labels: {}, annotations: {} } },
    { apiVersion: 'v1', kind: 'Pod', metadata, spec: { containers: [{ name: 'proxy', image: 'proxy' }] } },
    { apiVersion: 'v1', kind: 'Service', metadata, spec: { selector: labels, ports } },
  ]
}

const message = z.looseObject({ code: z.string(), message: z.string(), origin: z.string().default('') })

/** @returns what it warns of, or finds wrong */
export async function analyzeIstio(
  program: string,
  namespace: string,
  objects: readonly Manifest[],
): Promise<string[]> {
  const input = objects.map((object) => JSON.stringify(object)).join('\n---\n')
  const args = ['analyze', '--use-kube=false', '--output', 'json', '--namespace', namespace, '-']
  const { stdout, stderr } = await run(program, args, { input, timeout: 60_000 })
  const answer = stdout.indexOf('[')
  if (answer < 0) return [`istioctl analyze: ${stderr.trim() || 'said nothing'}`]
  return z
    .array(message)
    .parse(JSON.parse(stdout.slice(answer)))
    .map((one) => `istioctl: ${one.origin} ${one.code} ${one.message}`)
}
