import { z } from 'zod'
import { containersOf, podOf } from '../objects.ts'
import { everything, type Located, namespacesIn } from './landscape.ts'
import { fits } from './ports.ts'
import { fault, isWhole, type Placed, type Policy } from './scene.ts'

const selector = z.looseObject({ matchLabels: z.record(z.string(), z.string()).default({}) }).optional()
const chooser = z.record(z.string(), z.unknown())

/** Who takes objects of a kind, and the names of the two selectors that it chooses them and their namespaces by. */
const takers: Readonly<Record<string, readonly [kind: string, objects: string, namespaces: string]>> = {
  ServiceMonitor: ['Prometheus', 'serviceMonitorSelector', 'serviceMonitorNamespaceSelector'],
  PodMonitor: ['Prometheus', 'podMonitorSelector', 'podMonitorNamespaceSelector'],
  PrometheusRule: ['Prometheus', 'ruleSelector', 'ruleNamespaceSelector'],
  AlertmanagerConfig: ['Alertmanager', 'alertmanagerConfigSelector', 'alertmanagerConfigNamespaceSelector'],
}

export const watch: Policy = {
  sentence:
    'what is to be watched and told is taken by a Prometheus and an Alertmanager, and shown by Grafana',
  faults: (scene) => {
    if (!isWhole(scene)) return []
    const [there, places] = [everything(scene), namespacesIn(scene)]
    const shown = labelsOfDashboards(there)
    return [
      ...scene.all
        .filter((placed) => takers[placed.object.kind] && !isTaken(placed, there, places))
        .map((placed) => fault(placed, `is taken by no ${takers[placed.object.kind]?.[0]}`)),
      ...scene.all
        .filter(({ object }) => object.kind === 'ConfigMap' && object.metadata.name.startsWith('dashboard-'))
        .filter(({ object }) => !shown.some((labels) => fits(labels, object.metadata.labels)))
        .map((placed) => fault(placed, 'is shown by no Grafana')),
    ]
  },
}

/** By which the containers beside Grafana find its dashboards. */
const labelsOfDashboards = (there: readonly Located[]): Record<string, string>[] =>
  there
    .flatMap(({ object }) => podOf(object) ?? [])
    .flatMap(containersOf)
    .flatMap(({ env }) => {
      const settingOf = (name: string) => env.find((one) => one.name === name)?.value
      const [label, value] = [settingOf('LABEL'), settingOf('LABEL_VALUE')]
      return label && value ? [{ [label]: value }] : []
    })

function isTaken(
  { object, release }: Placed,
  there: readonly Located[],
  places: ReturnType<typeof namespacesIn>,
): boolean {
  const [kind = '', objects = '', namespaces = ''] = takers[object.kind] ?? []
  const place = places.get(release.namespace) ?? {}
  return there
    .filter((one) => one.object.kind === kind)
    .some((one) => {
      const chosen = chooser.parse(one.object.spec)
      // Without a selector none is taken; without one for namespaces its own alone.
      const [labels, inside] = [selector.parse(chosen[objects]), selector.parse(chosen[namespaces])]
      return (
        labels !== undefined &&
        fits(labels.matchLabels, object.metadata.labels) &&
        (inside ? fits(inside.matchLabels, place) : one.namespace === release.namespace)
      )
    })
}
