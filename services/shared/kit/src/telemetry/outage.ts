import { log } from './log.ts'

/** How often an outage that goes on is told again. */
const EVERY_MS = 30_000

/** Tells an outage when it begins, once in a while as long as it lasts, and when it is over. */
export interface Outage {
  failed(error: unknown): void
  worked(): void
}

/**
 * @param what cannot be done, as a whole sentence for the log
 */
export function outageOf(what: string): Outage {
  let since: number | undefined
  let told = 0
  return {
    failed(error) {
      const now = Date.now()
      since ??= now
      if (now - told < EVERY_MS) return
      told = now
      log.warn({ err: error, forSeconds: Math.round((now - since) / 1_000) }, what)
    },
    worked() {
      if (since === undefined) return
      log.info({ afterSeconds: Math.round((Date.now() - since) / 1_000) }, `over: ${what}`)
      since = undefined
      told = 0
    },
  }
}
