import { fileURLToPath } from 'node:url'
import { readSettings } from '../settings.ts'
import { unlessMissing } from './missing.ts'

export const root = fileURLToPath(new URL('../../..', import.meta.url))
export const { cache } = readSettings(root)

/** A tool for tests; without it they are skipped (`describe.skipIf(!tool)`) and it is said why. */
export async function toolFor<Tool>(tests: string, work: () => Promise<Tool>): Promise<Tool | undefined> {
  const outcome = await unlessMissing(work)
  if ('found' in outcome) return outcome.found
  console.warn(`skipped, ${tests}: ${outcome.missing}`)
  return undefined
}
