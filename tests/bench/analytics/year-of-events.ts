import type { CloudEvent } from '@alta/contracts/cloud-event'
import { DEFAULT_TENANT } from '@alta/kit/database/tenant'
import { randomUUIDv7 } from '@alta/kit/identifiers'

const PROJECTS = 40
const PEOPLE = 60
const DAYS = 365

const file = { sha256: 'a'.repeat(64), size: 48_213, mediaType: 'application/pdf' }

export const projects = Array.from({ length: PROJECTS }, () => randomUUIDv7())
const people = Array.from({ length: PEOPLE }, () => randomUUIDv7())

/** The same numbers in every run, from 0 to below 1. */
function numbers(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
}

/**
 * A year of documents that are read, opened, claimed and approved, one in five by two reviewers, one in ten by nobody
 * and one in fifty not readable: eight events each at most. They come a day at a time, as they would.
 */
export function* yearOfEvents(events: number, until: Date): Generator<CloudEvent[]> {
  const random = numbers(7)
  const some = <One>(ones: readonly One[]): One => ones[Math.floor(random() * ones.length)] as One
  const perDay = Math.ceil(events / DAYS)
  let made = 0
  for (let day = DAYS - 1; day >= 0 && made < events; day -= 1) {
    const start = until.getTime() - (day + 1) * 86_400_000
    const today: CloudEvent[] = []
    while (today.length < perDay && made + today.length < events) {
      today.push(...storyOf(start + random() * 80_000_000, random, some))
    }
    made += today.length
    yield today
  }
}

function storyOf(
  begin: number,
  random: () => number,
  some: <One>(ones: readonly One[]) => One,
): CloudEvent[] {
  let now = begin
  const [documentId, recognitionId, projectId] = [randomUUIDv7(), randomUUIDv7(), some(projects)]
  const of = { documentId, projectId, recognitionId }
  const review = {
    kind: 'document',
    subjectId: documentId,
    projectId,
    recognitionId,
    reviewId: randomUUIDv7(),
  }
  const story: CloudEvent[] = []
  const tell = (topic: string, after: number, data: object, sequence = 1) => {
    now += after * 1_000 * (0.5 + random())
    story.push(cloudEvent(topic, documentId, now, sequence, data))
  }
  const uploaded = { documentId, projectId, version: 1, title: 'A letter', file, uploadedBy: some(people) }
  tell('document.uploaded.v1', 0, uploaded)
  tell('document.ocr-requested.v1', 0, { ...of, version: 1, file, languages: ['en'] })
  const confidence = 0.5 + random() / 2
  if (random() < 0.02) {
    tell('document.ocr-failed.v1', 9, {
      ...of,
      version: 1,
      code: 'unreadable_file',
      detail: '',
      temporary: false,
    })
    return story
  }
  const engine = random() < 0.3 ? 'google-document-ai' : 'tesseract'
  const pages = 1 + Math.floor(random() * 12)
  tell('document.ocr-completed.v1', 20, { ...of, version: 1, engine, confidence, pages, result: file })
  if (random() < 0.1) {
    tell('review.approved.v1', 1, { ...review, reviewId: null, by: null, result: file, corrections: 0 })
    return story
  }
  const words = 200 + Math.floor(random() * 800)
  const corrections = Math.floor((1 - confidence) * words * random() * 0.2)
  tell('review.opened.v1', 1, { ...review, confidence, round: 1 })
  tell('review.claimed.v1', 3_600, { ...review, by: some(people), expiresAt: '' }, 2)
  if (random() < 0.2) {
    tell('review.passed.v1', 120, { ...review, by: some(people), corrections, words }, 3)
    const agreed = random() < 0.8
    const second = {
      by: some(people),
      result: file,
      corrections: agreed ? 0 : 3,
      words,
      agreed,
      agreement: agreed ? 1 : 0.99,
    }
    tell('review.approved.v1', 600, { ...review, ...second }, 5)
  } else {
    tell('review.approved.v1', 120, { ...review, by: some(people), result: file, corrections, words }, 3)
  }
  return story
}

const cloudEvent = (
  topic: string,
  subject: string,
  time: number,
  sequence: number,
  data: object,
): CloudEvent => ({
  specversion: '1.0',
  id: randomUUIDv7(),
  source: `/${topic.split('.')[0]}`,
  type: `io.alta.${topic}`,
  time: new Date(time).toISOString(),
  subject,
  datacontenttype: 'application/json',
  topic,
  pubsubname: 'pubsub',
  tenantid: DEFAULT_TENANT,
  correlationid: subject,
  sequence: String(sequence),
  data,
})
