import { useQuery } from '@tanstack/react-query'
import { useEffect } from 'react'
import { answer, api } from '../../api/api.ts'
import { PersonName } from '../../people/person-name.tsx'
import { useReviewText } from '../text.ts'

/** Milliseconds; the service forgets who has said nothing for 40 seconds. */
const SPEAK_UP_EVERY_MS = 15_000

/** Who else has the item open. It is said of oneself, too, for as long as the page can be seen. */
export function PresenceNote({ id }: { id: string }) {
  const t = useReviewText()
  const { data } = useQuery({
    queryKey: ['presence', id],
    queryFn: () => answer(api.PUT('/api/v1/reviews/{id}/presence', { params: { path: { id } } })),
    refetchInterval: SPEAK_UP_EVERY_MS,
    staleTime: 0,
    gcTime: 0,
    retry: false,
  })
  useEffect(() => {
    const leave = () => {
      // Who is not heard of any more is forgotten anyway.
      api
        .DELETE('/api/v1/reviews/{id}/presence', { params: { path: { id } }, keepalive: true })
        .catch(() => undefined)
    }
    window.addEventListener('pagehide', leave)
    return () => {
      window.removeEventListener('pagehide', leave)
      leave()
    }
  }, [id])
  const others = data?.others ?? []
  return (
    <span role="status">
      {others.length > 0 && `${t('alsoHere')} `}
      {others.map((other, index) => (
        <span key={other}>
          {index > 0 && ', '}
          <PersonName id={other} />
        </span>
      ))}
    </span>
  )
}
