import { metricsOfAnalyses } from './analysis.ts'
import { knownSettings, uniqueEnvironment } from './environment.ts'
import { images } from './images.ts'
import { drain, probes } from './lifecycle.ts'
import { labels, oneName, queues } from './names.ts'
import { callTable, networkOfEverybody } from './network.ts'
import { ports } from './ports.ts'
import { references } from './references.ts'
import { disruptionBudgets, oneOwnerOfReplicas } from './replicas.ts'
import { restricted } from './restricted.ts'
import type { Policy } from './scene.ts'
import { sidecars } from './sidecars.ts'

/** What holds for everything that is rendered; each takes one look at all of it. */
export const policies: readonly Policy[] = [
  restricted,
  probes,
  drain,
  oneOwnerOfReplicas,
  disruptionBudgets,
  images,
  uniqueEnvironment,
  knownSettings,
  oneName,
  queues,
  labels,
  references,
  ports,
  callTable,
  networkOfEverybody,
  sidecars,
  metricsOfAnalyses,
]
