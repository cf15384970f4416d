import { type Kysely, sql } from 'kysely'
import type { DeadLettersSchema } from './dead-letter.tables.ts'
import { fewEnough } from './examine.ts'
import { searchable } from './searchable.ts'

type Tx = Kysely<DeadLettersSchema>

/** One run of a retry task, which has a list of its own: a task that is repeated begins another. */
export interface Run {
  readonly id: string
  readonly taskId: string
  readonly tenantId: string
}

/** Puts messages on the list of a run, behind those that are on it. */
export async function enterInRun(tx: Tx, run: Run, ids: readonly string[], position: number): Promise<void> {
  await sql`
    insert into dead_letter_retries (run_id, dead_letter_id, tenant_id, task_id, position)
    select ${run.id}, id, ${run.tenantId}, ${run.taskId}, ${position} + ordinality
    from unnest(${ids}::uuid[]) with ordinality as entered (id, ordinality)`.execute(tx)
}

export interface StepFigures {
  readonly sent: number
  readonly resolved: number
  readonly failed: number
}

/** How a run stands: what is still to be sent, and what became of each step. */
export async function figuresOf(tx: Tx, runId: string): Promise<{ left: number; steps: StepFigures[] }> {
  const { rows } = await sql<StepFigures & { step: number | null; left: number }>`
    select step, count(*) filter (where outcome = 'selected')::int as left,
      count(*) filter (where outcome in ('waiting', 'resolved', 'failed'))::int as sent,
      count(*) filter (where outcome = 'resolved')::int as resolved,
      count(*) filter (where outcome = 'failed')::int as failed
    from dead_letter_retries where run_id = ${runId} group by step order by step`.execute(tx)
  const steps: StepFigures[] = []
  for (const { step, sent, resolved, failed } of rows) {
    if (step !== null) steps[step] = { sent, resolved, failed }
  }
  return { left: rows.reduce((sum, row) => sum + row.left, 0), steps }
}

/** The next ones of a run that have not been sent. */
export async function nextOfRun(tx: Tx, runId: string, limit: number): Promise<string[]> {
  const { rows } = await sql<{ id: string; bytes: number }>`
    select r.dead_letter_id as id, pg_column_size(coalesce(d.event, d.body)) as bytes
    from dead_letter_retries r join dead_letters d on d.id = r.dead_letter_id
    where r.run_id = ${runId} and r.outcome = 'selected'
    order by r.position limit ${limit}`.execute(tx)
  return fewEnough(rows).map(({ id }) => id)
}

export interface Copy {
  readonly id: string
  readonly replayId: string
  /** Of one that nobody answers for: it is over when it is sent. */
  readonly unanswerable: boolean
}

/** Notes copies as sent in a step of a run. */
export async function markSent(
  tx: Tx,
  runId: string,
  step: number,
  copies: readonly Copy[],
  keepDays: number,
): Promise<void> {
  const ids = copies.map(({ id }) => id)
  const replayIds = copies.map(({ replayId }) => replayId)
  const unanswerable = copies.map((copy) => copy.unanswerable)
  await sql`
    update dead_letters d
    set status = case when c.unanswerable then 'resolved' else 'retrying' end,
        resolved_at = case when c.unanswerable then now() end,
        purge_at = case when c.unanswerable then now() + make_interval(days => ${keepDays}) end,
        replay_id = c.replay_id, retries = d.retries + 1, last_retried_at = now()
    from unnest(${ids}::uuid[], ${replayIds}::uuid[], ${unanswerable}::boolean[]) as c (id, replay_id, unanswerable)
    where d.id = c.id`.execute(tx)
  await sql`
    update dead_letter_retries r
    set outcome = case when c.unanswerable then 'resolved' else 'waiting' end, step = ${step},
        replay_id = c.replay_id, sent_at = now(), ended_at = case when c.unanswerable then now() end
    from unnest(${ids}::uuid[], ${replayIds}::uuid[], ${unanswerable}::boolean[]) as c (id, replay_id, unanswerable)
    where r.run_id = ${runId} and r.dead_letter_id = c.id`.execute(tx)
}

/** Passes over messages of a run: somebody else has dealt with them, or they cannot be sent any more. */
export async function skip(tx: Tx, runId: string, ids: readonly string[]): Promise<void> {
  await sql`
    update dead_letter_retries set outcome = 'skipped', ended_at = now()
    where run_id = ${runId} and dead_letter_id = any (${ids}::uuid[])`.execute(tx)
}

export async function skipRest(tx: Tx, runId: string): Promise<void> {
  await sql`
    update dead_letter_retries set outcome = 'skipped', ended_at = now()
    where run_id = ${runId} and outcome = 'selected'`.execute(tx)
}

/** What failed again since this was asked last, each once. */
export async function untoldFailures(
  tx: Tx,
  runId: string,
  limit: number,
): Promise<{ item: string; reason: string }[]> {
  const { rows } = await sql<{ item: string; reason: string }>`
    update dead_letter_retries r set told = true
    from dead_letters d
    where d.id = r.dead_letter_id and r.run_id = ${runId} and r.dead_letter_id = any (array(
      select dead_letter_id from dead_letter_retries
      where run_id = ${runId} and outcome = 'failed' and not told limit ${limit}))
    returning r.dead_letter_id as item, d.error_class || ': ' || left(d.message, 500) as reason`.execute(tx)
  return rows
}

/** Keeps an edited event in the place of the one that failed, which stays readable. */
export async function saveEdit(
  tx: Tx,
  id: string,
  edit: { event: string; subject: string; source: string; messageId: string; by: string; for: string },
): Promise<void> {
  await sql`
    update dead_letters
    set original_event = coalesce(original_event, event), event = ${edit.event}, subject = ${edit.subject},
        source = ${edit.source}, message_id = ${edit.messageId}, content = ${searchable(edit.event)}, faults = '[]',
        edited_at = now(), edited_by = ${edit.by}, edited_for = ${edit.for}
    where id = ${id}`.execute(tx)
}

/** Whether another dead letter is the same message for the same handler: of a body that was repaired to its twin. */
export async function hasTwin(
  tx: Tx,
  letter: { id: string; handler: string },
  event: { source: string; id: string },
): Promise<boolean> {
  const { rows } = await sql`
    select 1 from dead_letters
    where source = ${event.source} and message_id = ${event.id} and handler = ${letter.handler}
      and id <> ${letter.id}`.execute(tx)
  return rows.length > 0
}
