import { DEFAULT_TENANT } from '../database/tenant.ts'
import { randomUUIDv7 } from '../identifiers.ts'

/** Somebody who calls, as an access token would say. */
export interface Person {
  readonly userId: string
  readonly tenantId: string
  readonly roles: readonly string[]
}

/** A new person of the default tenant, without roles unless told. */
export const person = (more: Partial<Person> = {}): Person => ({
  userId: randomUUIDv7(),
  tenantId: DEFAULT_TENANT,
  roles: [],
  ...more,
})
