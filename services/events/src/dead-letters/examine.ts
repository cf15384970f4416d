import type { CloudEvent } from '@alta/contracts/cloud-event'
import { accountMailSendRequested } from '@alta/contracts/events/account-mail-send-requested.v1'
import { auditRecorded } from '@alta/contracts/events/audit-recorded.v1'
import { projectCreated } from '@alta/contracts/events/project-created.v1'
import { projectMemberAdded } from '@alta/contracts/events/project-member-added.v1'
import { projectMemberRemoved } from '@alta/contracts/events/project-member-removed.v1'
import { taskRequested } from '@alta/contracts/events/task-requested.v1'
import { taskStepRequested } from '@alta/contracts/events/task-step-requested.v1'
import { type Kysely, sql } from 'kysely'
import type { DeadLettersSchema, Faults } from './dead-letter.tables.ts'
import type { LetterRow } from './message.repository.ts'
import { applyTo, type Change, type JsonPatch, lockedPaths } from './patch.ts'
import { type Selection, selected } from './selection.ts'
import { type Contracts, validityOf } from './validity.ts'

type Tx = Kysely<DeadLettersSchema>

/** What can be told of a message before it is retried; the dry run and the retry itself ask the same question. */
export type Examined =
  | { readonly verdict: 'retriable'; readonly event: CloudEvent; readonly changes: readonly Change[] }
  | { readonly verdict: 'invalid'; readonly faults: Faults }
  | { readonly verdict: 'handled' | 'discarded' | 'under way' }

const columns = [
  'id',
  'tenant_id',
  'kind',
  'app',
  'handler',
  'topic',
  'source',
  'message_id',
  'event',
  'body',
  'status',
  'replay_id',
  'edited_for',
] as const

export type Examinee = Pick<LetterRow, (typeof columns)[number]> & { readonly unanswered: boolean }

/** After so long without an answer a copy is sent again: the same copy, so that it cannot have its effect twice. */
const UNANSWERED = sql.lit('15 minutes')
const isUnanswered = sql<boolean>`(d.status = 'retrying' and d.last_retried_at < now() - ${UNANSWERED}::interval)`

export function examine(contracts: Contracts, letter: Examinee, patch?: JsonPatch): Examined {
  if (letter.status === 'resolved') return { verdict: 'handled' }
  if (letter.status === 'discarded') return { verdict: 'discarded' }
  // A copy whose fate is not known must stay as it is.
  if (letter.status === 'retrying' && (patch || !letter.unanswered)) return { verdict: 'under way' }
  const repaired = repair(letter, patch)
  if (repaired.faults) return { verdict: 'invalid', faults: repaired.faults }
  const { event, faults } = validityOf(contracts, letter.topic, repaired.document)
  if (faults) return { verdict: 'invalid', faults }
  if (event.tenantid !== letter.tenant_id) {
    return {
      verdict: 'invalid',
      faults: [{ path: 'tenantid', message: 'must stay the tenant it was filed for' }],
    }
  }
  const subject = contracts.get(letter.topic)?.subject(event.data) ?? event.subject
  return { verdict: 'retriable', event: { ...event, subject }, changes: repaired.changes }
}

type Repaired =
  | { readonly document: unknown; readonly changes: readonly Change[]; readonly faults?: never }
  | { readonly faults: Faults }

/**
 * Who gets a link that opens an account, who did what, who belongs to a project, on whose behalf something is done: an
 * operator who could rewrite that would have every right there is.
 */
const unalterable: ReadonlySet<string> = new Set([
  accountMailSendRequested.topic,
  auditRecorded.topic,
  projectCreated.topic,
  projectMemberAdded.topic,
  projectMemberRemoved.topic,
  taskRequested.topic,
  taskStepRequested.topic,
])

function repair({ event, body, topic }: Examinee, patch: JsonPatch | undefined): Repaired {
  const document = parsed(event ?? body ?? '')
  if (document === undefined) {
    return { faults: [{ path: 'event', message: 'what was delivered is not JSON and cannot be repaired' }] }
  }
  if (!patch) return { document, changes: [] }
  if (unalterable.has(topic)) {
    return { faults: [{ path: 'topic', message: `${topic} says who may do what: it is retried as it is` }] }
  }
  const locked = event === null ? [] : lockedPaths(patch)
  if (locked.length > 0) return { faults: locked }
  const patched = applyTo(document, patch)
  const forged = patched.faults ? [] : marksThatDiffer(document, patched.document)
  return forged.length > 0 ? { faults: forged } : patched
}

/** Whom a copy is for and whether anything leaves because of it is the platform's to say, also of what was no event. */
const marks = ['replayfor', 'replayid', 'effects'] as const

const marksThatDiffer = (before: unknown, after: unknown): Faults =>
  marks
    .filter((name) => fieldOf(before, name) !== fieldOf(after, name))
    .map((name) => ({ path: name, message: 'cannot be edited' }))

const fieldOf = (document: unknown, name: string): unknown =>
  document !== null && typeof document === 'object' ? Reflect.get(document, name) : undefined

function parsed(json: string): unknown {
  try {
    return JSON.parse(json)
  } catch {
    return undefined
  }
}

/** Compressed bytes of events that are looked at at once; one event may be sixteen megabytes. */
const BYTES_AT_ONCE = 8 * 1024 * 1024

/** The first of the rows, as many as may be looked at together. */
export function fewEnough<Row extends { readonly bytes: number }>(rows: readonly Row[]): Row[] {
  let bytes = 0
  return rows.filter((row, index) => {
    bytes += row.bytes
    return index === 0 || bytes <= BYTES_AT_ONCE
  })
}

/** The next messages of a selection in the order of their ids, never more of them than fit into memory. */
export async function nextExaminees(
  tx: Tx,
  wanted: Selection,
  page: { until: Date; after: string | undefined; limit: number },
): Promise<Examinee[]> {
  const { rows } = await sql<{ id: string; bytes: number }>`
    select d.id, pg_column_size(coalesce(d.event, d.body)) as bytes
    from dead_letters d join dead_letter_groups g on g.id = d.group_id
    where ${selected(wanted, page.until)} ${page.after === undefined ? sql`` : sql`and d.id > ${page.after}::uuid`}
    order by d.id limit ${page.limit}`.execute(tx)
  return loadExaminees(
    tx,
    fewEnough(rows).map(({ id }) => id),
  )
}

/** In the order of their ids. @param hold locks them until the transaction ends, in that order */
export async function loadExaminees(
  tx: Tx,
  ids: readonly string[],
  hold?: 'for update',
): Promise<Examinee[]> {
  const { rows } = await sql<Examinee>`
    select ${sql.join(columns.map((name) => sql.ref(`d.${name}`)))}, ${isUnanswered} as unanswered
    from dead_letters d where d.id = any (${ids}::uuid[]) order by d.id ${hold ? sql`for update` : sql``}`.execute(
    tx,
  )
  return rows
}

/** How many messages a selection is about. */
export async function countSelected(
  tx: Tx,
  wanted: Selection,
  until: Date,
): Promise<{ matching: number; open: number }> {
  const { rows } = await sql<{ matching: number; open: number }>`
    select count(*)::int as matching, (count(*) filter (where d.status = 'open'))::int as open
    from dead_letters d join dead_letter_groups g on g.id = d.group_id
    where ${selected(wanted, until)}`.execute(tx)
  return rows[0] ?? { matching: 0, open: 0 }
}
