import type { CloudEvent } from '@alta/contracts/cloud-event'
import type { ReviewKind } from '@alta/contracts/resources/review'
import type { Fact, FactRow } from './fact.tables.ts'

/** The event that something is said in. */
export interface About {
  readonly event: CloudEvent
  /** When it happened: ISO 8601, UTC. */
  readonly at: string
}

interface Review {
  readonly kind: ReviewKind
  readonly subjectId: string
  readonly projectId: string
  readonly recognitionId: string
}

export function upload(
  kind: ReviewKind,
  subjectId: string,
  said: {
    projectId: string
    version: number
    title: string
    uploadedBy: string
    file: { size: number }
  },
  { at }: About,
): Fact[] {
  const { projectId, version, title, uploadedBy, file } = said
  const key = { subject_id: id(subjectId), version }
  const row = { ...key, kind, project_id: id(projectId), person: id(uploadedBy), title, bytes: file.size, at }
  return [{ table: 'uploads', row }]
}

/** One run of an engine over one version. @param news what this event adds to what is known of it */
export function reading(
  kind: ReviewKind,
  subjectId: string,
  said: { projectId: string; recognitionId: string; version?: number | undefined },
  news: Omit<FactRow<'readings'>, 'recognition_id'>,
): Fact[] {
  const { projectId, recognitionId, version } = said
  const of = { kind, subject_id: id(subjectId), project_id: id(projectId), version }
  return [{ table: 'readings', row: { recognition_id: id(recognitionId), ...of, ...news } }]
}

/** The review of a reading: there is one for each. */
export const review = (said: Review, news: Omit<FactRow<'readings'>, 'recognition_id'>): Fact[] =>
  reading(said.kind, said.subjectId, said, news)

export function verdict(
  word: 'passed' | 'approved' | 'rejected' | 'sent-back',
  said: Review & {
    by: string | null
    corrections?: number | undefined
    words?: number | undefined
    agreed?: boolean | undefined
    agreement?: number | undefined
  },
  { event, at }: About,
): Fact[] {
  const { kind, subjectId, projectId, recognitionId, by, corrections, words, agreed, agreement } = said
  const key = { recognition_id: id(recognitionId), sequence: Number(event.sequence ?? 0) }
  const of = { kind, subject_id: id(subjectId), project_id: id(projectId), person: by && id(by) }
  return [
    { table: 'verdicts', row: { ...key, ...of, verdict: word, at, corrections, words, agreed, agreement } },
  ]
}

export function failure(
  stage: 'reading' | 'review' | 'mail' | 'handling',
  cause: string,
  of: { app?: string; projectId?: string; subjectId?: string; version?: number },
  { event, at }: About,
): Fact[] {
  const { app = event.source.replace(/^\//, ''), projectId, subjectId, version } = of
  const about = { project_id: projectId && id(projectId), subject_id: subjectId && id(subjectId), version }
  const key = { source: event.source, event_id: event.id }
  return [{ table: 'failures', row: { ...key, at, stage, cause, app, ...about } }]
}

export const deletion = (subjectId: string, at: string): Fact[] => [
  { table: 'deletions', row: { subject_id: id(subjectId), at } },
]

/** As PostgreSQL writes it: the same id in capitals is the same row. */
export const id = (uuid: string): string => uuid.toLowerCase()
