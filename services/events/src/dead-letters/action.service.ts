import { taskRequested } from '@alta/contracts/events/task-requested.v1'
import type { Principal } from '@alta/kit/auth/principal'
import type { Database, TransactionScope } from '@alta/kit/database/database'
import { unprocessable } from '@alta/kit/errors'
import { randomUUIDv7 } from '@alta/kit/identifiers'
import type { Kysely } from 'kysely'
import type { DeadLettersSchema } from './dead-letter.tables.ts'
import { type DryRun, deadLetters, dryRun, number } from './dry-run.ts'
import { countSelected } from './examine.ts'
import { unknownGroup } from './group.routes.ts'
import { groupsExist } from './message.repository.ts'
import type { JsonPatch } from './patch.ts'
import { insertProposal, type Proposal } from './proposal.repository.ts'
import { refuseEverythingByFilter } from './refuse-everything.ts'
import type { Pace } from './retry.params.ts'
import { requireSelection, type Selection } from './selection.ts'
import { countByStatus } from './sweep.repository.ts'
import type { Contracts } from './validity.ts'

type Tx = Kysely<DeadLettersSchema>
export type Caller = Pick<Principal, 'userId' | 'tenantId'>

export interface ActionOptions {
  readonly database: Database<DeadLettersSchema>
  readonly contracts: Contracts
  /** Edits and discards wait for a second person. */
  readonly fourEyes: boolean
  /** How long they wait. */
  readonly proposalSeconds: number
}

/** A task that has been asked for, or a proposal that somebody else has to agree to before it is. */
export interface Accepted {
  readonly taskId: string | null
  readonly proposal: Proposal | null
  readonly summary: string
}

type Requested = 'dead-letter-retry' | 'dead-letter-edit' | 'dead-letter-discard' | 'dead-letter-restore'
type Params = Parameters<typeof taskRequested.subject>[0]['params']

/** Asks for a task in the transaction that made it necessary. */
export function requestTask(
  emit: TransactionScope<DeadLettersSchema>['emit'],
  given: { taskId: string; type: Requested; params: unknown; actor: Caller },
): void {
  const { userId, tenantId } = given.actor
  // Parameters are what a JSON body was read into, or made here of strings: JSON as it is.
  const params = JSON.parse(JSON.stringify(given.params)) as Params
  emit(taskRequested, { taskId: given.taskId, type: given.type, params, actor: { userId, tenantId } })
}

export function actionService({ database, contracts, fourEyes, proposalSeconds }: ActionOptions) {
  /** Checks who is meant, and counts them. */
  async function meant(tx: Tx, wanted: Selection, until: Date) {
    requireSelection(wanted)
    if (wanted.groups && !(await groupsExist(tx, wanted.groups))) unknownGroup()
    return countSelected(tx, wanted, until)
  }

  /** For what changes something: it must mean something, and not everything by accident. */
  async function demand(tx: Tx, wanted: Selection, until: Date) {
    const counts = await meant(tx, wanted, until)
    if (counts.matching === 0)
      throw unprocessable('nothing_matches', 'No dead letter fits; nothing was done.')
    await refuseEverythingByFilter(tx, wanted, until)
    return counts
  }

  /** Carries a proposal out at once, or keeps it for somebody else to look at. */
  async function propose(
    { tx, emit }: TransactionScope<DeadLettersSchema>,
    caller: Caller,
    given: { action: Proposal['action']; selection: Selection; details: unknown; summary: string },
  ): Promise<Accepted> {
    const taskId = randomUUIDv7()
    const proposal = await insertProposal(tx, {
      ...given,
      id: randomUUIDv7(),
      tenantId: caller.tenantId,
      by: caller.userId,
      taskId,
      expiresInSeconds: fourEyes ? proposalSeconds : undefined,
    })
    if (fourEyes) return { taskId: null, proposal, summary: given.summary }
    const params = { proposal: proposal.id }
    requestTask(emit, { taskId, type: `dead-letter-${given.action}`, params, actor: caller })
    return { taskId, proposal: null, summary: given.summary }
  }

  return {
    /** @throws {Problem} 400 `selection_required`, 404 */
    preview: (caller: Caller, wanted: Selection, patch?: JsonPatch): Promise<DryRun> =>
      database.read(caller.tenantId, async (tx) => {
        const until = new Date()
        await meant(tx, wanted, until)
        return dryRun(tx, contracts, { selection: wanted, until, patch })
      }),

    /** @throws {Problem} 400 `selection_required`, 404, 422 `nothing_matches`, `filter_matches_everything` */
    retry: (caller: Caller, wanted: Selection, pace: Pace): Promise<Accepted> =>
      database.transaction(caller.tenantId, async ({ tx, emit }) => {
        const until = new Date()
        const { matching } = await demand(tx, wanted, until)
        const taskId = randomUUIDv7()
        const params = { selection: wanted, until: until.toISOString(), ...pace }
        requestTask(emit, { taskId, type: 'dead-letter-retry', params, actor: caller })
        return { taskId, proposal: null, summary: `${number(matching)} match; they are looked at one by one` }
      }),

    /** @throws {Problem} as `retry`, and 422 `patch_breaks_messages` with the paths */
    edit: (caller: Caller, wanted: Selection, patch: JsonPatch, pace: Pace): Promise<Accepted> =>
      database.transaction(caller.tenantId, async (scope) => {
        const until = new Date()
        await demand(scope.tx, wanted, until)
        const found = await dryRun(scope.tx, contracts, { selection: wanted, until, patch })
        if (found.invalid > 0) throw brokenMessages(found)
        if (found.retriable === 0)
          throw unprocessable('nothing_matches', `Nothing to edit: ${found.summary}.`)
        const details = { until: until.toISOString(), patch, pace }
        const summary = `edit and retry ${deadLetters(found.retriable)} (${found.summary})`
        return propose(scope, caller, { action: 'edit', selection: wanted, details, summary })
      }),

    /** @throws {Problem} as `retry` */
    discard: (caller: Caller, wanted: Selection, days: number): Promise<Accepted> =>
      database.transaction(caller.tenantId, async (scope) => {
        const until = new Date()
        const { open } = await demand(scope.tx, wanted, until)
        if (open === 0) throw unprocessable('nothing_matches', 'None of these is open; nothing was done.')
        const details = { until: until.toISOString(), days }
        const summary = `discard ${deadLetters(open)}, to be kept for ${days} days`
        return propose(scope, caller, { action: 'discard', selection: wanted, details, summary })
      }),

    /** @throws {Problem} as `retry` */
    restore: (caller: Caller, wanted: Selection): Promise<Accepted> =>
      database.transaction(caller.tenantId, async ({ tx, emit }) => {
        const until = new Date()
        await demand(tx, wanted, until)
        const discarded = await countByStatus(tx, { selection: wanted, until }, 'discarded')
        if (discarded === 0)
          throw unprocessable('nothing_matches', 'None of these is discarded; nothing was done.')
        const taskId = randomUUIDv7()
        const params = { selection: wanted, until: until.toISOString() }
        requestTask(emit, { taskId, type: 'dead-letter-restore', params, actor: caller })
        return { taskId, proposal: null, summary: `restore ${deadLetters(discarded)}` }
      }),
  }
}

export type ActionService = ReturnType<typeof actionService>

function brokenMessages(found: DryRun) {
  const errors = found.invalidMessages.flatMap(({ id, faults }) =>
    faults.map(({ path, message }) => ({ path: `messages.${id}.${path}`, message })),
  )
  return unprocessable(
    'patch_breaks_messages',
    `After this patch ${number(found.invalid)} of the messages would not fit their contract: see errors. Nothing was edited.`,
    { errors: errors.slice(0, 50) },
  )
}
