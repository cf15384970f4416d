import { type Permission, permissions, permissionsOf } from '@alta/kit/auth/permissions'
import { queryOptions, useSuspenseQuery } from '@tanstack/react-query'
import { answer, api, type Schema } from '../api/api.ts'

export type User = Schema<'User'>

export const meQuery = queryOptions({
  queryKey: ['me'],
  queryFn: () => answer(api.GET('/api/v1/auth/me')),
  staleTime: 60_000,
})

/** Who is signed in; only on pages behind the sign-in. */
export const useMe = (): User => useSuspenseQuery(meQuery).data

/** Whether to show what needs a permission. The services decide; this only spares people buttons that are refused. */
export function useMay(): (permission: Permission) => boolean {
  const { roles, tenantId } = useMe()
  const granted = permissionsOf(roles, tenantId)
  return (permission) => granted.has(permission)
}

/** Those that somebody of one's tenant can have: what is the platform's counts in its own alone. */
export function useCountingPermissions(): readonly Permission[] {
  const granted = permissionsOf(['admin'], useMe().tenantId)
  return permissions.filter((permission) => granted.has(permission))
}
