import type { CloudEvent } from '@alta/contracts/cloud-event'
import type { StepOutcome } from '@alta/contracts/resources/task'
import { randomUUIDv7 } from '@alta/kit/identifiers'
import { type Examinee, examine, loadExaminees } from './examine.ts'
import { redeliveryOf, replayOf } from './replay-marks.ts'
import { type Copy, hasTwin, markSent, nextOfRun, type Run, saveEdit, skip } from './retry.repository.ts'
import type { RetryMeans, RetryOrder, RetryScope } from './retry.run.ts'
import { patchFor, reasonOf } from './retry.selecting.ts'

interface Work {
  readonly means: RetryMeans
  readonly order: RetryOrder
  readonly scope: RetryScope
  readonly run: Run
  readonly failures: NonNullable<StepOutcome['failures']>
}

/**
 * Sends up to `most` copies. Each message is looked at again, locked: between the choice and now somebody may have
 * discarded it, or another retry may have taken it.
 */
export async function sendCopies(
  work: Work,
  step: number,
  most: number,
): Promise<{ copies: number; skipped: number; invalid: number }> {
  const { means, order, scope, run, failures } = work
  const ids = await nextOfRun(scope.tx, run.id, most)
  const copies: Copy[] = []
  const passedOver: string[] = []
  let invalid = 0
  for (const letter of await loadExaminees(scope.tx, ids, 'for update')) {
    const patch = patchFor(order, letter)
    const found = examine(means.contracts, letter, patch)
    const reason =
      found.verdict === 'invalid'
        ? reasonOf(found.faults)
        : found.verdict === 'retriable' &&
            letter.message_id === null &&
            (await hasTwin(scope.tx, letter, found.event))
          ? 'another dead letter is this very message'
          : undefined
    if (reason !== undefined) {
      invalid++
      failures.push({ item: letter.id, reason })
    }
    if (reason !== undefined || found.verdict !== 'retriable') {
      passedOver.push(letter.id)
      continue
    }
    if (order.edit && patch) await keepEdit(scope, letter, found.event, order.edit)
    copies.push(send(scope, letter, found.event))
  }
  if (passedOver.length > 0) await skip(scope.tx, run.id, passedOver)
  if (copies.length > 0) await markSent(scope.tx, run.id, step, copies, means.resolvedDays)
  return { copies: copies.length, skipped: passedOver.length, invalid }
}

function send({ forward }: RetryScope, letter: Examinee, event: CloudEvent): Copy {
  // The same copy again where one has not answered: its inbox key is known there if it ever arrived.
  const replayId = (letter.status === 'retrying' ? letter.replay_id : null) ?? randomUUIDv7()
  // Of what reached nobody no app is known, and whose handler had it already must not be repeated.
  const toAll = letter.kind === 'undelivered'
  forward(toAll ? redeliveryOf(event, replayId) : replayOf(event, letter.app, replayId))
  return { id: letter.id, replayId, unanswerable: toAll }
}

const keepEdit = (
  { tx }: RetryScope,
  letter: Examinee,
  event: CloudEvent,
  { by, proposal }: NonNullable<RetryOrder['edit']>,
): Promise<void> =>
  saveEdit(tx, letter.id, {
    event: JSON.stringify(event),
    subject: event.subject,
    source: event.source,
    messageId: event.id,
    by,
    for: proposal,
  })
