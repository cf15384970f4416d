import type { Generated, JSONColumnType } from 'kysely'

/** How a message came here: a handler gave it up, it was no event at all, or it never reached a handler. */
export type Kind = 'failed' | 'rejected' | 'undelivered'
export const letterStatuses = ['open', 'retrying', 'resolved', 'discarded'] as const
export type LetterStatus = (typeof letterStatuses)[number]
export const groupStatuses = ['new', 'acknowledged', 'resolved'] as const
export type GroupStatus = (typeof groupStatuses)[number]
export type Outcome = 'selected' | 'waiting' | 'resolved' | 'failed' | 'skipped'

export type History = { at: string; errorClass: string; message: string }[]
export type Faults = { path: string; message: string }[]

/** Failures that are alike: same handler, same class, same place in the code. */
export interface DeadLetterGroupsTable {
  id: string
  tenant_id: string
  fingerprint: string
  app: string
  handler: string
  topic: string
  error_class: string
  /** Of the latest failure. */
  message: string
  /** Normalised, as it went into the fingerprint. */
  stack: string
  status: Generated<GroupStatus>
  owner: string | null
  note: Generated<string>
  first_seen_at: Date
  last_seen_at: Date
  resolved_at: Date | null
  /** Last time that something failed here after the group had been resolved. */
  came_back_at: Date | null
  version: Generated<number>
}

export interface DeadLettersTable {
  id: string
  tenant_id: string
  group_id: string
  kind: Kind
  app: string
  handler: string
  topic: string
  source: string | null
  message_id: string | null
  subject: string | null
  correlation_id: string | null
  /** The CloudEvent as it is retried, without marks of a replay. */
  event: string | null
  /** The CloudEvent as it failed, once it was edited. */
  original_event: string | null
  /** What was delivered when it was no CloudEvent. */
  body: string | null
  faults: JSONColumnType<Faults>
  /** The event as far as it can be searched. */
  content: JSONColumnType<Record<string, unknown>> | null
  error_class: string
  message: string
  stack: string
  attempts: number
  history: JSONColumnType<History>
  status: Generated<LetterStatus>
  /** Names the copy that was sent last. */
  replay_id: string | null
  retries: Generated<number>
  first_failed_at: Date
  last_failed_at: Date
  last_retried_at: Date | null
  resolved_at: Date | null
  discarded_at: Date | null
  purge_at: Date | null
  edited_at: Date | null
  edited_by: string | null
  /** The proposal of the last edit: one edit is made once, however often it is retried. */
  edited_for: string | null
  filed_at: Generated<Date>
}

/** What one run of a retry has taken on. */
export interface DeadLetterRetriesTable {
  run_id: string
  dead_letter_id: string
  tenant_id: string
  task_id: string
  position: number
  /** Which step of the canary sent it, from 0. */
  step: number | null
  replay_id: string | null
  outcome: Generated<Outcome>
  sent_at: Date | null
  ended_at: Date | null
  /** The task has named this failure. */
  told: Generated<boolean>
}

/** An edit or a discard: carried out at once, or when a second person has agreed. */
export interface DeadLetterProposalsTable {
  id: string
  tenant_id: string
  action: 'edit' | 'discard'
  selection: JSONColumnType<Record<string, unknown>>
  details: JSONColumnType<Record<string, unknown>>
  /** What it will do, in words, as counted when it was proposed. */
  summary: string
  status: 'proposed' | 'approved' | 'rejected'
  proposed_by: string
  proposed_at: Generated<Date>
  expires_at: Date
  decided_by: string | null
  decided_at: Date | null
  /** The task that carries it out once it is approved. */
  task_id: string
}

export interface DeadLettersSchema {
  dead_letter_groups: DeadLetterGroupsTable
  dead_letters: DeadLettersTable
  dead_letter_retries: DeadLetterRetriesTable
  dead_letter_proposals: DeadLetterProposalsTable
}
