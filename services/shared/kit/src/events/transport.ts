import type { OutboxRow } from './outbox-row.ts'

/**
 * What became of one event: `confirmed` only with the broker's proof that at least one queue has it;
 * `refused` when the broker said no, with the reason; `interrupted` when nobody can know.
 */
export type PublishOutcome =
  | { id: string; outcome: 'confirmed' }
  | { id: string; outcome: 'refused'; reason: string }
  | { id: string; outcome: 'interrupted' }

/** How the relay hands events over. One implementation a way of publishing. */
export interface Transport {
  /** Whether publishing is worth a try now. */
  readonly ready: boolean
  /** Why the broker, though connected, takes nothing for now: an alarm of its memory or disk, in its own words. */
  readonly refusal?: string | undefined
  /** Starts connecting, and goes on reconnecting until closed. `onReady` runs after each (re)connect. */
  open(onReady: () => void): void
  /** One outcome a row, in any order; never rejects for what happens to single events. */
  publish(rows: readonly OutboxRow[]): Promise<PublishOutcome[]>
  close(): Promise<void>
}
