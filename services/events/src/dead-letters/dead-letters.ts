import type { Database } from '@alta/kit/database/database'
import type { Repetition } from '@alta/kit/repeatedly'
import { actionRoutes } from './action.routes.ts'
import { actionService } from './action.service.ts'
import { countDeadLetters } from './dead-letter.metrics.ts'
import type { DeadLettersSchema } from './dead-letter.tables.ts'
import { deadLetterTasks } from './dead-letter.tasks.ts'
import { groupRoutes } from './group.routes.ts'
import { messageRoutes } from './message.routes.ts'
import { proposalRoutes } from './proposal.routes.ts'
import { proposalService } from './proposal.service.ts'
import { purgeDeadLetters } from './purge.ts'
import { recordFailure } from './record-failure.ts'
import { recordRecovery } from './record-recovery.ts'
import { recordRejection } from './record-rejection.ts'
import { recordUndelivered } from './record-undelivered.ts'
import type { Contracts } from './validity.ts'

export interface DeadLetterSettings {
  readonly DEAD_LETTERS_FOUR_EYES: boolean
  readonly DEAD_LETTERS_PROPOSAL_SECONDS: number
  readonly DEAD_LETTERS_RESOLVED_DAYS: number
}

/** What main.ts mounts of the dead letters. */
export function deadLetterParts<Schema extends DeadLettersSchema>(
  whole: Database<Schema>,
  contracts: Contracts,
  settings: DeadLetterSettings,
) {
  // These are some of the tables of the service's schema, and nothing here touches the others.
  const database = whole as unknown as Database<DeadLettersSchema>
  const actions = actionService({
    database,
    contracts,
    fourEyes: settings.DEAD_LETTERS_FOUR_EYES,
    proposalSeconds: settings.DEAD_LETTERS_PROPOSAL_SECONDS,
  })
  const background: Repetition[] = [
    { name: 'purge dead letters', everySeconds: 60, run: () => purgeDeadLetters(database) },
    { name: 'count dead letters', everySeconds: 15, run: () => countDeadLetters(database) },
  ]
  return {
    routes: [
      ...proposalRoutes(proposalService(database)),
      ...actionRoutes(actions),
      ...groupRoutes(database),
      ...messageRoutes(database, contracts),
    ],
    tasks: deadLetterTasks({ contracts, resolvedDays: settings.DEAD_LETTERS_RESOLVED_DAYS }),
    background,
    handlers: {
      recordFailure: recordFailure(contracts),
      recordRejection,
      recordUndelivered: recordUndelivered(contracts),
      recordRecovery: recordRecovery(settings.DEAD_LETTERS_RESOLVED_DAYS),
    },
  }
}

export type DeadLetterHandlers = ReturnType<typeof deadLetterParts>['handlers']
