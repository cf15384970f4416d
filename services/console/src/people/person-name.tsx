import { useQuery } from '@tanstack/react-query'
import { useMe } from '../session/session.ts'
import { useGeneralText } from '../text/general.ts'
import { nameQuery } from './names.ts'

/** What somebody is called. @param id null where it was the machine */
export function PersonName({ id }: { id: string | null }) {
  const t = useGeneralText()
  const me = useMe()
  const isOther = id !== null && id !== me.id
  const { data, isError } = useQuery({ ...nameQuery(id ?? ''), enabled: isOther })
  if (id === null) return <>{t('machine')}</>
  if (!isOther) return <>{t('you')}</>
  if (data === null || isError) return <>{t('somebody')}</>
  return <>{data ?? '…'}</>
}
