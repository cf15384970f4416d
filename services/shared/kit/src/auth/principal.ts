import type { Permission } from './permissions.ts'

/** Who is calling, as the verified access token says. */
export interface Principal {
  readonly userId: string
  readonly tenantId: string
  readonly sessionId: string
  readonly roles: readonly string[]
  readonly permissions: ReadonlySet<Permission>
  /** The raw access token, to be forwarded to other services. */
  readonly token: string
}
