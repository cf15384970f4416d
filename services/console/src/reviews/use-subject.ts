import { useQuery } from '@tanstack/react-query'
import { documentQuery, recordingQuery } from '../items/item.ts'
import type { ReviewState } from './review.ts'

export type Subject = Pick<ReviewState, 'kind' | 'subjectId'>

/** What the file is called; undefined until that is known. */
export function useTitle({ kind, subjectId }: Subject): string | undefined {
  const document = useQuery({ ...documentQuery(subjectId), enabled: kind === 'document' })
  const voice = useQuery({ ...recordingQuery(subjectId), enabled: kind === 'voice' })
  return (kind === 'document' ? document.data : voice.data)?.title
}
