import { requestConcerns } from '@alta/kit/audit/caller'
import type { Principal } from '@alta/kit/auth/principal'
import type { Database } from '@alta/kit/database/database'
import { notFound } from '@alta/kit/errors'
import { randomUUIDv7 } from '@alta/kit/identifiers'
import type { IdentitySchema } from '../database/schema.ts'
import { hashOf, newToken } from '../keys/opaque-token.ts'
import { mayGive } from '../users/may-give.ts'
import { type ClientRow, insertClient, listClients, removeClient } from './client.repository.ts'
import type { NewClient } from './client.schema.ts'

export type ClientService = ReturnType<typeof clientService>

/** Programs that may ask for tokens, as administrators keep them. */
export function clientService(database: Database<IdentitySchema>) {
  return {
    /** @throws {Problem} 403 `forbidden` for roles that give more than whoever registers it has */
    async register(
      principal: Principal,
      { name, kind, redirectUris, scopes, roles }: NewClient,
    ): Promise<{ client: ClientRow; secret: string | undefined }> {
      mayGive(principal, roles)
      const secret = kind === 'web' || kind === 'service' ? newToken() : undefined
      const id = randomUUIDv7()
      requestConcerns('client', id)
      const client = await database.transaction(principal.tenantId, ({ tx }) =>
        insertClient(tx, {
          id,
          tenant_id: principal.tenantId,
          name,
          kind,
          redirect_uris: redirectUris,
          scopes,
          roles,
          secret_hash: secret === undefined ? null : hashOf(secret),
          created_by: principal.userId,
        }),
      )
      return { client, secret }
    },

    /** Latest first. @param page.before id of the last one already shown */
    list: (principal: Principal, page: { limit: number; before: string | undefined }): Promise<ClientRow[]> =>
      database.read(principal.tenantId, (tx) => listClients(tx, page)),

    /** @throws {Problem} 404 `client_not_found` */
    async remove(principal: Principal, id: string): Promise<void> {
      const removed = await database.transaction(principal.tenantId, ({ tx }) => removeClient(tx, id))
      if (!removed) throw notFound('client_not_found', 'There is no such client.')
    },
  }
}
