import { titleOf } from '../objects.ts'
import { everything } from './landscape.ts'
import { isWhole, type Policy } from './scene.ts'

/** Who collects what does not come from us, by how its metrics begin; see also platform/src/observe/known-metrics.ts. */
const collectors: Readonly<Record<string, string>> = {
  kubelet_: 'ServiceMonitor kubelet',
  container_: 'ServiceMonitor kubelet',
  kube_: 'ServiceMonitor kube-state-metrics',
  certmanager_: 'PodMonitor cert-manager',
  rabbitmq_: 'PodMonitor rabbitmq',
  cnpg_: 'PodMonitor postgres',
}

/** An alert on figures that nobody collects never fires, and looks like one that has nothing to say. */
export const monitors: Policy = {
  sentence: 'every figure of others that alerts and dashboards ask for is collected by a monitor',
  faults: (scene) => {
    if (!isWhole(scene)) return []
    const there = everything(scene).map(({ object }) => titleOf(object))
    return scene.all
      .filter(({ object }) => asks(object.kind, object.metadata.labels))
      .flatMap(({ release, object }) => {
        const text = JSON.stringify(object.kind === 'ConfigMap' ? object.data : object.spec)
        return Object.entries(collectors)
          .filter(
            ([prefix, monitor]) => new RegExp(`\\b${prefix}[a-z]`).test(text) && !there.includes(monitor),
          )
          .map(
            ([prefix, monitor]) =>
              `${release.title}: ${titleOf(object)} asks for ${prefix}…, and there is no ${monitor}`,
          )
      })
  },
}

const asks = (kind: string, labels: Readonly<Record<string, string>> = {}): boolean =>
  kind === 'PrometheusRule' || (kind === 'ConfigMap' && labels.grafana_dashboard === '1')
