import { queryOptions } from '@tanstack/react-query'
import { type AnswerTo, answer, api } from '../api/api.ts'

/** A document or a recording in a list. */
export type Item = AnswerTo<'/api/v1/projects/{id}/items', 'get'>['items'][number]
export type Document = AnswerTo<'/api/v1/documents/{id}', 'get'>
export type Recording = AnswerTo<'/api/v1/voice-samples/{id}', 'get'>
export type ItemStatus = Item['status']
export type Kind = Item['kind']

export const statuses = ['uploaded', 'processing', 'in_review', 'approved', 'rejected', 'failed'] as const

export const addressOf = ({ kind, id }: Pick<Item, 'kind' | 'id'>): string =>
  kind === 'voice' ? `/voice-samples/${id}` : `/documents/${id}`

/** With the version named, browsers keep it. */
export const fileOf = ({ kind, id, version }: Pick<Item, 'kind' | 'id' | 'version'>): string =>
  `/api/v1/${kind === 'voice' ? 'voice-samples' : 'documents'}/${id}/file?version=${version}`

/** Formats that browsers show. */
export const isShown = ({ mediaType }: Pick<Item, 'mediaType'>): boolean =>
  ['image/png', 'image/jpeg', 'image/webp'].includes(mediaType)

/** Milliseconds. A change is told over the socket, and lists of names would otherwise ask for each again and again. */
const KEPT = 60_000

export const documentQuery = (id: string) =>
  queryOptions({
    queryKey: ['documents', id],
    queryFn: () => answer(api.GET('/api/v1/documents/{id}', { params: { path: { id } } })),
    staleTime: KEPT,
  })

export const recordingQuery = (id: string) =>
  queryOptions({
    queryKey: ['voice-samples', id],
    queryFn: () => answer(api.GET('/api/v1/voice-samples/{id}', { params: { path: { id } } })),
    staleTime: KEPT,
  })

/** Both kinds have the same routes under different names. */
export const itemApi = {
  read: async (kind: Kind, id: string): Promise<Item> => {
    const params = { path: { id } }
    return kind === 'voice'
      ? { ...(await answer(api.GET('/api/v1/voice-samples/{id}', { params }))), kind }
      : { ...(await answer(api.GET('/api/v1/documents/{id}', { params }))), kind }
  },
  /** Only on top of what was shown: what somebody else has changed since is not overwritten. @throws {Problem} 412 */
  change: (
    { kind, id, etag }: Pick<Item, 'kind' | 'id' | 'etag'>,
    body: { title?: string; language?: string; tags?: string[] },
  ) => {
    const params = { path: { id }, header: { 'if-match': etag } }
    return kind === 'voice'
      ? answer(api.PATCH('/api/v1/voice-samples/{id}', { params, body }))
      : answer(api.PATCH('/api/v1/documents/{id}', { params, body }))
  },
  remove: async (kind: Kind, id: string): Promise<void> => {
    const params = { path: { id } }
    if (kind === 'voice') await api.DELETE('/api/v1/voice-samples/{id}', { params })
    else await api.DELETE('/api/v1/documents/{id}', { params })
  },
  restore: async (kind: Kind, id: string): Promise<void> => {
    const params = { path: { id } }
    if (kind === 'voice') await api.POST('/api/v1/voice-samples/{id}/restore', { params })
    else await api.POST('/api/v1/documents/{id}/restore', { params })
  },
  purge: async (kind: Kind, id: string): Promise<void> => {
    const params = { path: { id } }
    if (kind === 'voice') await api.POST('/api/v1/voice-samples/{id}/purge', { params })
    else await api.POST('/api/v1/documents/{id}/purge', { params })
  },
  reprocess: async (kind: Kind, id: string): Promise<void> => {
    const params = { path: { id } }
    if (kind === 'voice') await api.POST('/api/v1/voice-samples/{id}/reprocess', { params })
    else await api.POST('/api/v1/documents/{id}/reprocess', { params })
  },
  versions: async (kind: Kind, id: string) => {
    const params = { path: { id } }
    const { items } =
      kind === 'voice'
        ? await answer(api.GET('/api/v1/voice-samples/{id}/versions', { params }))
        : await answer(api.GET('/api/v1/documents/{id}/versions', { params }))
    return items
  },
  version: (kind: Kind, id: string, v: number) => {
    const params = { path: { id, v } }
    return kind === 'voice'
      ? answer(api.GET('/api/v1/voice-samples/{id}/versions/{v}', { params }))
      : answer(api.GET('/api/v1/documents/{id}/versions/{v}', { params }))
  },
}
