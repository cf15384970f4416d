/**
 * What is promised to the people who use Alta, as a share of all cases. An alert about one of these says that people
 * suffer; the other alerts say what from.
 */
export interface Objective {
  readonly slo: string
  readonly alert: string
  /** As the end of "too many …". */
  readonly failures: string
  /** Share of good cases. */
  readonly objective: number
  /** Selector of all cases: a counter. */
  readonly total: Selector
  /** Either what is bad of them, or the bucket of a histogram in which the good ones lie. */
  readonly bad?: Selector
  readonly good?: Selector
}

export interface Selector {
  readonly metric: string
  readonly labels: Readonly<Record<string, string>>
}

const requests = (metric: string, labels: Readonly<Record<string, string>>): Selector => ({
  metric: `alta_http_request_seconds_${metric}`,
  labels: { job: '="gateway"', ...labels },
})

const uploads = { method: '="POST"', route: '=~"/api/v1/projects/[^/]+/(documents|voice-samples)"' }
/** Probes are no requests of people, and `/health` answers 503 for a service that its own alert tells of. */
const health = '/health.*'
/** What moves files, and the stream of a task's progress, which lasts as long as somebody looks. */
const lasting = [
  '/api/v1/projects/[^/]+/(documents|voice-samples)',
  '/api/v1/(documents|voice-samples)/[^/]+/(versions|file)',
  '/api/v1/audit/export',
  '/api/v1/dead-letters/[^/]+/messages.csv',
  '/api/v1/tasks/[^/]+/events',
]
const quick = {
  route: `!~"${['unmatched', health, ...lasting].join('|')}"`,
  status: '!~"5..|499"',
}
/** Work that waits for an engine, or takes as long as somebody has asked for, is not late. */
const prompt = {
  topic: '!~"document.ocr-requested.v1|voice.transcription-requested.v1|task.step-requested.v1"',
}
const reading = { outcome: '!="failed"' }

export const objectives: readonly Objective[] = [
  {
    slo: 'upload-accepted',
    alert: 'UploadsNotAccepted',
    failures: 'uploads are answered with a failure of ours',
    objective: 0.999,
    total: requests('count', uploads),
    bad: requests('count', { ...uploads, status: '=~"5.."' }),
  },
  {
    slo: 'upload-ready',
    alert: 'UploadsNotReady',
    failures: 'uploads take more than five minutes until their text is approved or before a reviewer',
    objective: 0.95,
    total: { metric: 'alta_item_ready_seconds_count', labels: reading },
    good: { metric: 'alta_item_ready_seconds_bucket', labels: { ...reading, le: '=~"300(\\\\.0)?"' } },
  },
  {
    slo: 'api-availability',
    alert: 'ApiFailing',
    failures: 'requests are answered with a failure of ours',
    objective: 0.999,
    total: requests('count', { route: `!~"${health}"` }),
    bad: requests('count', { route: `!~"${health}"`, status: '=~"5.."' }),
  },
  {
    slo: 'api-latency',
    alert: 'ApiSlow',
    failures: 'answers take more than half a second',
    objective: 0.99,
    total: requests('count', quick),
    good: requests('bucket', { ...quick, le: '="0.5"' }),
  },
  {
    slo: 'delivery-lag',
    alert: 'EventsLate',
    failures: 'events take more than ten seconds to their effect',
    objective: 0.99,
    total: { metric: 'alta_inbox_lag_seconds_count', labels: prompt },
    good: { metric: 'alta_inbox_lag_seconds_bucket', labels: { ...prompt, le: '=~"10(\\\\.0)?"' } },
  },
]

export const selectorText = ({ metric, labels }: Selector): string => {
  const matchers = Object.entries(labels).map(([name, value]) => name + value)
  return matchers.length > 0 ? `${metric}{${matchers.join(',')}}` : metric
}
