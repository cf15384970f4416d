import type { MessageRule } from '../routing/transformations.ts'

/** As Node has them, with names in lower case. */
export type Headers = Record<string, string | string[] | undefined>

/** Carries a rule out on headers, in place. Their names are in lower case, as in the rule. */
export function changeHeaders(
  headers: Headers,
  { rename = {}, remove = [], set = {} }: NonNullable<MessageRule['headers']>,
): void {
  for (const [name, to] of Object.entries(rename)) {
    const value = headers[name]
    delete headers[name]
    if (value !== undefined) headers[to] ??= value
  }
  for (const name of remove) delete headers[name]
  Object.assign(headers, set)
}
