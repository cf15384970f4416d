import type { InvokeAnswer } from '@alta/kit/dapr/sidecar'
import type { RouteEntry } from '../routing/route-entry.ts'
import type { RouteTable } from '../routing/route-table.ts'
import type { Transformation, Transformations } from '../routing/transformations.ts'
import type { heldBytes } from '../validation/held-bytes.ts'
import { changeAnswer } from './change-answer.ts'
import { changeBody } from './change-body.ts'
import { changeHeaders, type Headers } from './change-headers.ts'
import { checkTransformations } from './check-transformations.ts'

/** What happens to the messages of one route. Where there is nothing to do for a part, nothing is done. */
export interface MessageChange {
  /** Of the request, in place. */
  headers(headers: Headers): void
  body: ((body: unknown) => unknown) | undefined
  answer: ((answer: InvokeAnswer) => Promise<InvokeAnswer>) | undefined
}

/**
 * The rules by route; most routes have none, and cost one look at a map.
 * @throws {Error} with all that is wrong with them
 */
export function messageChanges(
  rules: Transformations,
  { table, kept, room }: { table: RouteTable; kept: ReadonlySet<string>; room: ReturnType<typeof heldBytes> },
): ReadonlyMap<RouteEntry, MessageChange> {
  checkTransformations(rules, { routes: table.routes, kept })
  return new Map(
    table.routes.flatMap((route) => {
      const rule = rules[`${route.method} ${route.path}`]
      return rule ? [[route, changeOf(rule, room)] as const] : []
    }),
  )
}

function changeOf({ request, response }: Transformation, room: ReturnType<typeof heldBytes>): MessageChange {
  const { headers, body } = request ?? {}
  return {
    headers: (from) => {
      if (headers) changeHeaders(from, headers)
    },
    body: body && ((value) => changeBody(value, body)),
    answer: response && ((answer) => changeAnswer(answer, response, room)),
  }
}
