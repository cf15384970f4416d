import { type RawBuilder, sql } from 'kysely'
import { z } from 'zod'

export const groupings = ['day', 'week', 'project', 'person', 'provider'] as const
export type Grouping = (typeof groupings)[number]

/** `all`: one group of everything, as the dashboard wants it. */
export type Groups = Grouping | 'all'

/** Rows of one answer; who wants more asks for less time or in larger groups. */
export const MOST_ROWS = 10_000

/** What names a group; null: what belongs to none, such as a mail to no project. */
export const groupKey = z
  .string()
  .nullable()
  .describe('A day, the Monday of a week, an id of a project or person, or the name of a provider.')

/** From rows `f` with `at`, `project_id`, `person` and `provider`. Days and weeks are those of UTC. */
export const keyOf = (groupBy: Groups): RawBuilder<string | null> =>
  ({
    day: sql<string>`(f.at at time zone 'UTC')::date::text`,
    week: sql<string>`date_trunc('week', f.at at time zone 'UTC')::date::text`,
    project: sql<string | null>`f.project_id::text`,
    person: sql<string | null>`f.person::text`,
    provider: sql<string | null>`f.provider`,
    all: sql<null>`null::text`,
  })[groupBy]
