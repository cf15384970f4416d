import { permissionsOf } from '@alta/kit/auth/permissions'
import { useQuery } from '@tanstack/react-query'
import { answer, api } from '../api/api.ts'
import { queries } from '../api/queries.ts'
import { ApiKeys } from '../permissions/api-keys.tsx'
import { useMe } from '../session/session.ts'

export function Component() {
  const me = useMe()
  const keys = useQuery({ queryKey: ['api-keys'], queryFn: () => answer(api.GET('/api/v1/auth/api-keys')) })
  return (
    <ApiKeys
      keys={keys}
      grantable={[...permissionsOf(me.roles, me.tenantId)]}
      create={(body) => answer(api.POST('/api/v1/auth/api-keys', { body }))}
      revoke={(id) => answer(api.DELETE('/api/v1/auth/api-keys/{id}', { params: { path: { id } } }))}
      onChanged={() => queries.invalidateQueries({ queryKey: ['api-keys'] })}
    />
  )
}
