import { useQuery } from '@tanstack/react-query'
import { answer, api } from '../api/api.ts'
import { useMe } from '../session/session.ts'
import { useItemText } from './text.ts'

/** What somebody is called; the machine where it was nobody. */
export function PersonName({ id }: { id: string | null }) {
  const t = useItemText()
  const me = useMe()
  const { data, isSuccess } = useQuery({
    queryKey: ['names', id],
    queryFn: async () => {
      const { items } = await answer(api.GET('/api/v1/auth/names', { params: { query: { ids: id ?? '' } } }))
      return items[0]?.name ?? null
    },
    enabled: id !== null && id !== me.id,
    staleTime: 10 * 60_000,
  })
  if (id === null) return <>{t('machine')}</>
  if (id === me.id) return <>{t('you')}</>
  if (isSuccess && data === null) return <>{t('somebody')}</>
  return <>{data ?? '…'}</>
}
