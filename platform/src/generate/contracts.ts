import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { EventContract } from '@alta/contracts/event'

export interface NamedContract {
  /** Exported name, `ocrCompleted`: what services import and pass to `on`, `work` and `emit`. */
  readonly symbol: string
  /** File name without `.ts`: the last part of the import path. */
  readonly module: string
  readonly contract: Pick<EventContract, 'topic' | 'owner' | 'summary' | 'slow'>
}

/** One that was read from its file, and so is whole. */
export type FullContract = NamedContract & { readonly contract: EventContract }

const isContract = (value: unknown): value is EventContract =>
  typeof value === 'object' && value !== null && 'topic' in value && 'schema' in value && 'owner' in value

/**
 * Every contract under services/shared/contracts/src/events, ordered by topic.
 * @throws {Error} when a file holds no contract or two files declare one topic.
 */
export async function readContracts(root: string): Promise<FullContract[]> {
  const folder = join(root, 'services/shared/contracts/src/events')
  const files = (await readdir(folder)).filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'))
  const found: FullContract[] = []
  for (const file of files) {
    const exported: Record<string, unknown> = await import(pathToFileURL(join(folder, file)).href)
    const contracts = Object.entries(exported).filter(([, value]) => isContract(value))
    if (contracts.length === 0) throw new Error(`${file} exports no event contract`)
    for (const [symbol, value] of contracts) {
      if (isContract(value)) found.push({ symbol, module: file.replace(/\.ts$/, ''), contract: value })
    }
  }
  found.sort((a, b) => a.contract.topic.localeCompare(b.contract.topic))
  for (const [index, { contract }] of found.entries()) {
    if (found[index + 1]?.contract.topic === contract.topic)
      throw new Error(`two contracts declare ${contract.topic}`)
  }
  return found
}
