import { addresses } from './addresses.ts'
import { argumentsOfAnalyses, metricsOfAnalyses } from './analysis.ts'
import { channels } from './channels.ts'
import { components } from './components.ts'
import { knownSettings, uniqueEnvironment } from './environment.ts'
import { figures } from './figures.ts'
import { images } from './images.ts'
import { drain, probes } from './lifecycle.ts'
import { monitors } from './monitors.ts'
import { labels, oneName, queues } from './names.ts'
import { callTable, networkOfEverybody } from './network.ts'
import { networkReach } from './network-reach.ts'
import { ports } from './ports.ts'
import { projects } from './projects.ts'
import { quotas } from './quota.ts'
import { references } from './references.ts'
import { disruptionBudgets, oneOwnerOfReplicas } from './replicas.ts'
import { restricted } from './restricted.ts'
import { routes } from './routes.ts'
import type { Policy } from './scene.ts'
import { sidecars } from './sidecars.ts'
import { watch } from './watch.ts'

/** What holds for everything that is rendered; each takes one look at all of it. */
export const policies: readonly Policy[] = [
  restricted,
  probes,
  drain,
  oneOwnerOfReplicas,
  disruptionBudgets,
  quotas,
  images,
  uniqueEnvironment,
  knownSettings,
  oneName,
  queues,
  labels,
  references,
  addresses,
  ports,
  routes,
  callTable,
  networkOfEverybody,
  networkReach,
  sidecars,
  components,
  metricsOfAnalyses,
  argumentsOfAnalyses,
  channels,
  watch,
  figures,
  monitors,
  projects,
]
