import type { AdapterPayload } from 'oidc-provider'
import type { ClientType } from '../database/schema.ts'
import type { ClientRow } from './client.repository.ts'

/** Scopes that tell who somebody is; all others are permissions. */
export const personalScopes = ['openid', 'profile', 'email', 'offline_access'] as const

/** Names of what the library knows nothing of. */
export const ownMetadata = ['alta_scopes', 'alta_roles', 'alta_tenant'] as const

const isPublic = (kind: ClientType): boolean => kind === 'browser' || kind === 'native'

/** A client in the words of RFC 7591, as the library wants it. */
export function clientMetadata(client: ClientRow): AdapterPayload {
  const { kind, secret_hash } = client
  const forItself = kind === 'service'
  return {
    client_id: client.id,
    client_name: client.name,
    application_type: kind === 'native' ? 'native' : 'web',
    grant_types: forItself ? ['client_credentials'] : ['authorization_code', 'refresh_token'],
    response_types: forItself ? [] : ['code'],
    redirect_uris: client.redirect_uris,
    token_endpoint_auth_method: isPublic(kind) ? 'none' : 'client_secret_basic',
    // Its hash: the comparison hashes what is shown, see provider.ts.
    ...(secret_hash ? { client_secret: secret_hash.toString('base64url') } : {}),
    alta_scopes: client.scopes,
    alta_roles: client.roles,
    alta_tenant: client.tenant_id,
  }
}
