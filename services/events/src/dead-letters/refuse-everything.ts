import { unprocessable } from '@alta/kit/errors'
import { type Kysely, sql } from 'kysely'
import type { DeadLettersSchema } from './dead-letter.tables.ts'
import { deadLetters } from './dry-run.ts'
import { countSelected } from './examine.ts'
import { type Selection, selected } from './selection.ts'

type Tx = Kysely<DeadLettersSchema>

/**
 * Refuses a filter that happens to fit every dead letter there is: who wants all of them says so.
 * @throws {Problem} 422 `filter_matches_everything`
 */
export async function refuseEverythingByFilter(tx: Tx, wanted: Selection, until: Date): Promise<void> {
  if (!wanted.filter || wanted.groups || wanted.ids) return
  if (await leavesSomethingOut(tx, wanted, until)) return
  const { matching } = await countSelected(tx, wanted, until)
  if (matching < 2) return
  throw unprocessable(
    'filter_matches_everything',
    `This filter fits all ${deadLetters(matching)}. If that is what you want, send "all": true.`,
    { extensions: { matching } },
  )
}

/** It looks no further than the first that is left out. */
async function leavesSomethingOut(tx: Tx, wanted: Selection, until: Date): Promise<boolean> {
  const { rows } = await sql`
    select 1 from dead_letters d join dead_letter_groups g on g.id = d.group_id
    where not ${selected(wanted, until)} limit 1`.execute(tx)
  return rows.length > 0
}
