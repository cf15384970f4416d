import { eventually } from '@alta/kit/testing/wait'
import type { Client } from '../support/client.ts'

const consumers = ['analytics', 'documents', 'notifications', 'ocr', 'reviews', 'tasks', 'transcription']

/** Sends what the store has of a stretch of time to every consumer once more. @returns events sent, by consumer */
export async function replayAll(
  operator: Client,
  between: { from: string; to: string },
): Promise<Map<string, number>> {
  const sent = new Map<string, number>()
  for (const consumer of consumers) {
    // Mails that were never sent shall leave; those that were do not leave again.
    const wanted = { consumer, ...between, effects: 'live' }
    const preview = await operator.insist('POST', '/api/v1/events/replays', () => ({
      ...wanted,
      dryRun: true,
    }))
    if (preview.status !== 200) throw new Error(`no preview for ${consumer}: ${JSON.stringify(preview.body)}`)
    if (preview.body.total === 0) continue
    const { body } = await operator.insist('POST', '/api/v1/events/replays', () => wanted)
    const replay = await eventually(
      `the replay to ${consumer} is over`,
      async () => {
        const { body: now } = await operator.call('GET', `/api/v1/events/replays/${body.id}`)
        return now.state === 'completed' && now
      },
      180,
    )
    if (replay.failed > 0) throw new Error(`${replay.failed} events of the replay to ${consumer} failed`)
    sent.set(consumer, replay.sent)
  }
  return sent
}

/** Builds the read model of counts anew beside the present one. @returns events in it, and in how many entries the two differ */
export async function differingCounts(operator: Client): Promise<{ events: number; differing: number }> {
  const model = '/api/v1/events/read-models/event-counts'
  await operator.insist('POST', `${model}/rebuild`, () => ({}))
  const differing = await eventually(
    'the counts are built anew',
    async () => {
      const { body } = await operator.call('GET', '/api/v1/events/read-models')
      const { building, differing: found } = body.items[0]
      // What happens just now is in one of them a moment sooner.
      return building.caughtUp && found === 0 ? { events: building.events, differing: 0 } : undefined
    },
    60,
  ).catch(async () => {
    const { body } = await operator.call('GET', '/api/v1/events/read-models')
    const { building, differing: found } = body.items[0]
    return { events: building.events, differing: found ?? Number.NaN }
  })
  await operator.insist('POST', `${model}/abort`, () => ({}))
  return differing
}
