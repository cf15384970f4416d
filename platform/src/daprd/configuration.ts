import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parse, stringify } from 'yaml'
import { z } from 'zod'
import type { Checkout } from '../checkout.ts'

const template = z.looseObject({
  spec: z.looseObject({
    nameResolution: z.looseObject({ configuration: z.looseObject({ connectionString: z.string() }) }),
    tracing: z.looseObject({}),
  }),
})

/** The sidecars' configuration for one checkout: dapr/configuration/local.yaml with its own paths and collector. */
export function localConfiguration(text: string, names: string, collector: string): string {
  const configuration = template.parse(parse(text))
  configuration.spec.nameResolution.configuration.connectionString = names
  if (collector) {
    const { host, protocol } = new URL(collector)
    configuration.spec.tracing.otel = {
      endpointAddress: host,
      isSecure: protocol === 'https:',
      protocol: 'http',
    }
  }
  return `# Written by the runner from dapr/configuration/local.yaml at every start.\n${stringify(configuration)}`
}

export async function writeConfiguration(checkout: Checkout): Promise<string> {
  const folder = join(checkout.home, 'dapr')
  await mkdir(folder, { recursive: true })
  const text = await readFile(join(checkout.root, 'dapr/configuration/local.yaml'), 'utf8')
  const file = join(folder, 'config.yaml')
  const { OTEL_EXPORTER_OTLP_ENDPOINT } = checkout.settings
  await writeFile(file, localConfiguration(text, join(folder, 'names.db'), OTEL_EXPORTER_OTLP_ENDPOINT))
  return file
}
