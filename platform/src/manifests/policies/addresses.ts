import { type Address, addressesIn } from './landscape.ts'
import { fault, isWhole, type Placed, type Policy } from './scene.ts'

/** `name.namespace.svc`, with or without a port. */
const qualified = /\b([a-z0-9-]+)\.([a-z0-9-]+)\.svc(?:\.cluster\.local)?(?::(\d+))?/g
/** `scheme://user@name:port` without a dot: a Service beside it. */
const short = /[a-z]+:\/\/(?:[^@/"]*@)?([a-z][a-z0-9-]*)(?::(\d+))?(?=[/"\\\s]|$)/g
/** `name:port` and nothing else. */
const bare = /"([a-z][a-z0-9-]*):(\d{4,5})"/g
/** The whole value of a setting that holds a name alone. */
const hostSettings = /_HOST$/

export const addresses: Policy = {
  sentence: 'every address within the cluster is one that somebody answers',
  faults: (scene) => {
    if (!isWhole(scene)) return []
    const known = addressesIn(scene)
    return scene.all.flatMap((placed) =>
      [...new Set(namedBy(placed))]
        .filter((address) => !isAnswered(address, placed, known))
        .map((address) => fault(placed, `asks ${address}, where nobody is`)),
    )
  },
}

/** As `name[.namespace][:port]`. */
function namedBy({ object }: Placed): string[] {
  // Dashboards and rules hold links for people, and thousands of lines.
  if (object.kind === 'PrometheusRule' || object.metadata.labels.grafana_dashboard) return []
  const { metadata, ...content } = object
  const text = JSON.stringify([content, metadata.annotations])
  const hosts = Object.entries(object.data ?? {})
    .filter(([name, value]) => hostSettings.test(name) && /^[a-z0-9-]+$/.test(value))
    .map(([, value]) => value)
  return [
    ...[...text.matchAll(qualified)].map(([, name, namespace, port]) => joined(`${name}.${namespace}`, port)),
    ...[short, bare]
      .flatMap((form) => [...text.matchAll(form)])
      .map(([, name = '', port]) => joined(name, port)),
    ...hosts,
  ]
}

const joined = (name: string, port: string | undefined): string => (port ? `${name}:${port}` : name)

function isAnswered(address: string, { release, object }: Placed, known: readonly Address[]): boolean {
  const [host = '', port] = address.split(':')
  const [name, namespace = object.metadata.namespace ?? release.namespace] = host.split('.')
  return known.some(
    (one) => one.name === name && one.namespace === namespace && (!port || one.ports.includes(Number(port))),
  )
}
