import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parse } from 'yaml'
import { z } from 'zod'
import { discoverServices } from '../services/discover.ts'

export const environments = ['dev', 'staging', 'production'] as const

/** One chart with the values that it is installed with somewhere, or that try one of its features. */
export interface Release {
  /** As it is said in a fault: `production/ocr`, `ci/edge-rollout`. */
  readonly title: string
  /** An environment, or the file of charts/<chart>/ci. */
  readonly environment: string
  readonly chart: 'service' | 'platform'
  readonly name: string
  readonly namespace: string
  /** Paths from the root, weakest first. */
  readonly values: readonly string[]
}

/**
 * Everything that is installed: every service in every environment, and the platform itself.
 * @param places where
 */
export async function installed(root: string, places: readonly string[] = environments): Promise<Release[]> {
  const services = await discoverServices(root)
  return places.flatMap((environment) => {
    const folder = `argocd/environments/${environment}`
    const about = { environment, namespace: `alta-${environment}` }
    const releases = services.map((name): Release => {
      const values = [`services/${name}/values.yaml`, `${folder}/common.yaml`, `${folder}/${name}.yaml`]
      return { ...about, title: `${environment}/${name}`, chart: 'service', name, values }
    })
    return [...releases, platformIn(environment)]
  })
}

export const platformIn = (environment: string): Release => ({
  title: `${environment}/platform`,
  environment,
  namespace: `alta-${environment}`,
  chart: 'platform',
  name: 'platform',
  values: [`argocd/environments/${environment}/platform.yaml`],
})

const named = z.object({ appId: z.string() })

/** Every file that tries a feature of a chart: `ci/<feature>` of services, `ci/platform-<feature>` of the platform. */
export async function tried(root: string, chart: Release['chart'] = 'service'): Promise<Release[]> {
  const folder = `charts/${chart}/ci`
  const files = (await readdir(join(root, folder))).sort()
  return Promise.all(
    files.map(async (file): Promise<Release> => {
      const values = `${folder}/${file}`
      const feature = file.replace('-values.yaml', '')
      const title = chart === 'platform' ? `ci/platform-${feature}` : `ci/${feature}`
      const name =
        chart === 'platform'
          ? 'platform'
          : named.parse(parse(await readFile(join(root, values), 'utf8'))).appId
      return { title, environment: title, chart, name, namespace: 'alta-ci', values: [values] }
    }),
  )
}
