import type { Dashboard } from './dashboard.ts'
import { dashboardJson } from './dashboard.ts'
import { database } from './database.ts'
import { gateway } from './gateway.ts'
import { messaging } from './messaging.ts'
import { overview } from './overview.ts'
import { pipeline } from './pipeline.ts'
import { resources } from './resources.ts'
import { service } from './service.ts'

export const dashboards: readonly Dashboard[] = [
  overview,
  service,
  messaging,
  pipeline,
  gateway,
  database,
  resources,
]

/** Path from the checkout's root to what is in the file. */
export const dashboardFiles = (): [path: string, json: string][] =>
  dashboards.map((one) => [
    `charts/platform/files/dashboards/${one.uid.replace('alta-', '')}.json`,
    dashboardJson(one),
  ])
