import { type AnswerTo, answer, api } from '../../api/api.ts'
import { Problem } from '../../api/problem.ts'
import { given, momentOf, oneOf } from '../parts/address.ts'

export type Group = AnswerTo<'/api/v1/dead-letters', 'get'>['items'][number]
export type Letter = AnswerTo<'/api/v1/dead-letters/{group}/messages', 'get'>['items'][number]
export type LetterDetail = AnswerTo<'/api/v1/dead-letters/{group}/messages/{id}', 'get'>
export type Proposal = AnswerTo<'/api/v1/dead-letters/proposals', 'get'>['items'][number]

export const letterStatuses = ['open', 'retrying', 'resolved', 'discarded'] as const
export const groupStatuses = ['new', 'acknowledged', 'resolved'] as const

/** What the address says of which groups are shown. */
export function groupFilter(get: (name: string) => string | undefined) {
  return given({
    status: oneOf(letterStatuses, get('status')),
    groupStatus: oneOf(groupStatuses, get('groupStatus')),
    app: get('app'),
    topic: get('topic'),
    errorClass: get('errorClass'),
    'not.errorClass': get('not.errorClass'),
    text: get('text'),
    field: get('field')?.includes('=') ? get('field') : undefined,
    correlationId: get('correlationId'),
    from: momentOf(get('from')),
    to: momentOf(get('to')),
  })
}

/** And which messages of a group. */
export const letterFilter = (get: (name: string) => string | undefined) =>
  given({
    status: oneOf(letterStatuses, get('status')),
    text: get('text'),
    field: get('field')?.includes('=') ? get('field') : undefined,
    correlationId: get('correlationId'),
    from: momentOf(get('from')),
    to: momentOf(get('to')),
  })

/** The same filter as the body of an action has it. */
export function filterBody(get: (name: string) => string | undefined) {
  const { field, ...rest } = letterFilter(get)
  const at = field?.indexOf('=') ?? -1
  const filter = {
    ...rest,
    ...(field && at > 0 ? { field: [{ path: field.slice(0, at), is: field.slice(at + 1) }] } : {}),
  }
  return Object.keys(filter).length > 0 ? filter : undefined
}

export const findGroup = (group: string) =>
  answer(api.GET('/api/v1/dead-letters/{group}', { params: { path: { group } } }))

/** Below what the note says by then: whoever else writes there meanwhile keeps their lines. @throws {Problem} */
export async function addToNote(id: string, line: string): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    const { note, version } = await findGroup(id)
    try {
      await answer(
        api.PATCH('/api/v1/dead-letters/{group}', {
          params: { path: { group: id }, header: { 'if-match': `"${version}"` } },
          body: { note: note ? `${note}\n${line}` : line },
        }),
      )
      return
    } catch (error) {
      if (!(error instanceof Problem) || error.status !== 412 || attempt === 3) throw error
    }
  }
}

export const findLetter = (group: string, id: string) =>
  answer(api.GET('/api/v1/dead-letters/{group}/messages/{id}', { params: { path: { group, id } } }))

/** How carefully a retry goes. */
export interface Pace {
  readonly steps: number[]
  readonly perSecond: number
  readonly threshold: number
  readonly patienceSeconds: number
}

/** Which messages of a group an action is about: those that are named, those that fit, or all. */
export interface Scope {
  readonly ids?: string[]
  readonly filter?: ReturnType<typeof filterBody>
}

export const scopeBody = ({ ids, filter }: Scope) => ({ ...(ids && { ids }), ...(filter && { filter }) })

export interface Accepted {
  readonly taskId: string | null
  readonly proposal: Proposal | null
  readonly summary: string
}

/** An action answers with a count when it was only tried, else with what was begun. */
export const isAccepted = <Answer extends object>(body: Answer): body is Extract<Answer, Accepted> =>
  'taskId' in body
