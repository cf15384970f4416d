import { join } from 'node:path'
import { eventually } from '@alta/kit/testing/wait'
import { connect } from 'amqplib'
import { expect, inject, test } from 'vitest'
import { Client } from '../support/client.ts'
import { readPlaces, readPlatform } from '../support/platform.ts'

const home = inject('home')
const { gatewayUrl } = readPlatform(home)

/** Whether the broker has it; asking for what is missing closes the channel, not the connection. */
async function exists(what: 'queue' | 'exchange', name: string): Promise<boolean> {
  const connection = await connect(readPlaces(home).rabbitmqUrl)
  try {
    const channel = await connection.createChannel()
    channel.on('error', (error: Error) => expect(error.message).toContain('NOT_FOUND'))
    await (what === 'queue' ? channel.checkQueue(name) : channel.checkExchange(name))
    return true
  } catch {
    return false // the broker's 404, checked above
  } finally {
    await connection.close()
  }
}

test('a queue and an exchange that somebody deleted are declared again when events flow, and nothing is lost', async () => {
  const connection = await connect(readPlaces(home).rabbitmqUrl)
  const channel = await connection.createChannel()
  await channel.deleteQueue('ocr-document.ocr-requested.v1')
  await channel.deleteExchange('voice.transcription-requested.v1')
  await connection.close()

  const ada = await new Client(gatewayUrl).register('Edsger Dijkstra')
  const projectId = await ada.project({ name: 'Deleted queue' })
  const samples = join(import.meta.dirname, '../../samples')
  const letter = await ada.upload(projectId, 'documents', join(samples, 'letter.png'))
  const memo = await ada.upload(projectId, 'voice-samples', join(samples, 'memo.wav'))
  await eventually('the queue is back', () => exists('queue', 'ocr-document.ocr-requested.v1'), 45)
  await eventually('the exchange is back', () => exists('exchange', 'voice.transcription-requested.v1'), 45)
  await ada.until('documents', letter.body.id, ['in_review', 'approved'], 90)
  await ada.until('voice-samples', memo.body.id, ['in_review', 'approved'], 90)
})
