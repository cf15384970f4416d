import { queueOf } from '@alta/kit/events/names'
import { alignTable } from '../console/table.ts'
import type { NamedContract } from './contracts.ts'
import type { Subscription } from './subscriptions.ts'

// What the first drafts of the platform called these queues and what people still look for.
const knownAs: Record<string, string> = {
  'ocr-document.ocr-requested.v1': 'ocr_queue',
  'transcription-voice.transcription-requested.v1': 'transcription_queue',
  'notifications-email.send-requested.v1': 'email_queue',
}

export function eventRows(
  contracts: readonly NamedContract[],
  subscriptions: readonly Subscription[],
): string[][] {
  return contracts.map(({ contract: { topic, owner } }) => {
    const apps = subscriptions.filter((one) => one.topic === topic).map(({ app }) => app)
    const queues = apps.map((app) => {
      const queue = queueOf(app, topic)
      return knownAs[queue] ? `${queue} (${knownAs[queue]})` : queue
    })
    return [topic, owner, apps.join(', ') || '–', queues.join(', ') || '–']
  })
}

const header = ['event', 'published by', 'handled by', 'queue']

export const eventTableText = (rows: string[][]): string => alignTable([header, ...rows])

export const eventTableMarkdown = (rows: string[][]): string =>
  [header, header.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n')

const start = '<!-- events:start -->'
const end = '<!-- events:end -->'

/** The README with the table between its markers; unchanged when it has none. */
export function withEventTable(readme: string, table: string): string {
  const from = readme.indexOf(start)
  const to = readme.indexOf(end)
  if (from === -1 || to < from) return readme
  return `${readme.slice(0, from + start.length)}\n${table}\n${readme.slice(to)}`
}
