import { noRoomToConnect, onStandby } from '../http/unavailable.ts'
import { outageOf } from '../telemetry/outage.ts'

/** A database that answers and stores nothing: from the first write that fails so until one works again. */
export interface WriteOutage {
  /**
   * To be told of every statement that fails; remembers those that could not be stored.
   * @returns whether this is one
   */
  failed(error: unknown): boolean
  /**
   * Why nothing can be stored; undefined when nothing is known against it. As long as an outage is remembered it
   * is asked after by a write, every few seconds at most: requests may have stopped coming, and a read would not tell.
   * @throws {Error} when the database cannot be asked
   */
  reason(): Promise<string | undefined>
}

/** Full disk, broken disk. */
const codes = new Set(['53100', '58030'])
const ASK_EVERY_MS = 5_000

/** @param probe writes something that takes room on the disk, and takes it back */
export function writeOutageOf(probe: () => Promise<void>, askEveryMs = ASK_EVERY_MS): WriteOutage {
  const outage = outageOf('the database stores nothing; requests that change something are answered 503')
  let latest: { reason: string; at: number } | undefined
  let asking: Promise<void> | undefined

  function failed(error: unknown): boolean {
    const reason = reasonOf(error)
    if (reason === undefined) return false
    latest = { reason, at: Date.now() }
    outage.failed(error)
    return true
  }

  async function ask(): Promise<void> {
    try {
      await probe()
    } catch (error) {
      if (!failed(error)) throw error
      return
    }
    latest = undefined
    outage.worked()
  }

  return {
    failed,
    async reason() {
      if (latest && Date.now() - latest.at >= askEveryMs) {
        asking ??= ask().finally(() => {
          asking = undefined
        })
        await asking
      }
      return latest?.reason
    },
  }
}

function reasonOf(error: unknown): string | undefined {
  for (let cause = error, depth = 0; cause instanceof Error && depth < 5; cause = cause.cause, depth += 1) {
    if ('code' in cause && codes.has(String(cause.code))) return `${cause.message} (${String(cause.code)})`
    if (onStandby.test(cause.message) || noRoomToConnect.test(cause.message)) return cause.message
  }
  return undefined
}
