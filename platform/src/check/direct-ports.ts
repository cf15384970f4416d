import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parse } from 'yaml'
import { z } from 'zod'

const table = 'charts/platform/files/calls.yaml'
const directTable = z.object({
  direct: z.array(z.object({ caller: z.string(), callee: z.string(), port: z.int() })).default([]),
})
const values = z.object({ env: z.record(z.string(), z.string()).default({}) })

/**
 * Where the port of a connection past Dapr stands: the table opens it in the network, the callee listens there, and the
 * caller goes there. @returns what differs from the table
 */
export async function brokenDirectPorts(root: string): Promise<string[]> {
  if (!existsSync(join(root, table))) return []
  const { direct } = directTable.parse(parse(await readFile(join(root, table), 'utf8')))
  const faults: string[] = []
  for (const { caller, callee, port } of direct) {
    const listens = Object.entries(await environmentOf(root, callee)).find(
      ([name, value]) => name.endsWith('_PORT') && value === String(port),
    )
    if (!listens) faults.push(`${valuesOf(callee)}: no port is ${port}, which ${table} opens to ${caller}`)
    else {
      const [name] = listens
      const usual = defaultOf(name, await readFile(join(root, 'services', callee, 'src/config.ts'), 'utf8'))
      if (usual !== undefined && usual !== port)
        faults.push(
          `services/${callee}/src/config.ts: ${name} is ${usual} unless told, and ${port} in ${table}`,
        )
    }
    const places = Object.values(await environmentOf(root, caller)).flatMap((value) => value.split(','))
    if (!places.includes(`http://${callee}:${port}`))
      faults.push(`${valuesOf(caller)}: nothing is http://${callee}:${port}, which ${table} opens`)
  }
  return faults
}

const valuesOf = (service: string): string => `services/${service}/values.yaml`

async function environmentOf(root: string, service: string): Promise<Record<string, string>> {
  return values.parse(parse(await readFile(join(root, valuesOf(service)), 'utf8'))).env
}

function defaultOf(name: string, config: string): number | undefined {
  const [, found] = new RegExp(`\\b${name}: port\\(\\{ default: (\\d+)`).exec(config) ?? []
  return found === undefined ? undefined : Number(found)
}
