import { permissionsOf } from '@alta/kit/auth/permissions'
import { useQuery } from '@tanstack/react-query'
import { answer, api, type Schema } from '../api/api.ts'
import { queries } from '../api/queries.ts'
import { ApiKeys } from '../permissions/api-keys.tsx'

export function ServiceKeys({ account }: { account: Schema<'ManagedUser'> }) {
  const { id } = account
  const queryKey = ['api-keys', id]
  const keys = useQuery({
    queryKey,
    queryFn: () => answer(api.GET('/api/v1/service-accounts/{id}/api-keys', { params: { path: { id } } })),
  })
  return (
    <ApiKeys
      keys={keys}
      grantable={[...permissionsOf(account.roles, account.tenantId)]}
      create={(body) =>
        answer(api.POST('/api/v1/service-accounts/{id}/api-keys', { params: { path: { id } }, body }))
      }
      revoke={(keyId) =>
        answer(
          api.DELETE('/api/v1/service-accounts/{id}/api-keys/{keyId}', { params: { path: { id, keyId } } }),
        )
      }
      onChanged={() => queries.invalidateQueries({ queryKey })}
    />
  )
}
