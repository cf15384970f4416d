import { useQuery } from '@tanstack/react-query'
import { nameQuery } from '../../people/names.ts'
import { useMe } from '../../session/session.ts'
import { useOperateText } from '../text.ts'

/** What somebody is called, the id on hover; the end of the id where nobody has that name any more. */
export function Who({ id }: { id: string }) {
  const o = useOperateText()
  const me = useMe()
  const { data: name } = useQuery({ ...nameQuery(id), enabled: id !== me.id })
  if (id === me.id) return <>{o('you')}</>
  return name ? <span title={id}>{name}</span> : <code title={id}>…{id.slice(-8)}</code>
}
