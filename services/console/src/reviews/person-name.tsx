import { useQuery } from '@tanstack/react-query'
import { useMe } from '../session/session.ts'
import { nameQuery } from './queries.ts'
import { useReviewText } from './text.ts'

/** What somebody is called; nothing is shown until that is known. */
export function PersonName({ id }: { id: string }) {
  const t = useReviewText()
  const me = useMe()
  const isMe = me.id === id
  const { data, isError } = useQuery({ ...nameQuery(id), enabled: !isMe })
  if (isMe) return <>{t('you')}</>
  if (data === null || isError) return <>{t('somebody')}</>
  return <>{data ?? '…'}</>
}
