import type { StoredFile } from '@alta/contracts/resources/file'
import type { HandlerScope, Message, WorkDefinition } from '@alta/kit/events/handlers'
import type { FileStorage } from '@alta/kit/storage/storage'
import type { Schema } from '../database/schema.ts'
import { causeOf } from './failure.ts'
import { type Fetched, fetchReading } from './fetch-reading.ts'
import { filesAreReleased } from './file.repository.ts'
import { addHistory } from './history.repository.ts'
import { noteConfidence } from './intake.metrics.ts'
import { lockItemOfRecognition } from './item.repository.ts'
import type { Kind } from './kind.ts'
import { saveFailure, saveMachineResult, saveStart, saveUnusedResult } from './recognition.repository.ts'
import { settle } from './settle.ts'
import { tellUploader } from './tell-uploader.ts'

type Scope = HandlerScope<Schema>

/** An engine has begun. */
export const recordStart =
  (kind: Kind) =>
  async (data: { recognitionId: string }, { tx, message }: Scope) => {
    const item = await lockItemOfRecognition(tx, kind.table, data.recognitionId)
    if (!item) return
    const run = await saveStart(tx, item.recognition_id, message.time)
    await settle(tx, kind, item, run)
  }

interface Completed {
  recognitionId: string
  engine: string
  confidence: number
  result: StoredFile
}

/** An engine has read an item: what it read is kept page by page or segment by segment. */
export function recordReading<Data extends Completed>(
  kind: Kind,
  files: FileStorage,
): WorkDefinition<Data, Fetched, Schema> {
  return {
    timeLimit: 60_000,
    run: (data) => fetchReading(files, kind, data.result),
    async commit(fetched, { data, tx, message }) {
      const item = await lockItemOfRecognition(tx, kind.table, data.recognitionId)
      if (!item) {
        await fetched.leave(tx)
        const { sha256 } = data.result
        const isThere = await saveUnusedResult(tx, data.recognitionId, sha256)
        return isThere ? undefined : filesAreReleased(tx, [sha256])
      }
      await fetched.keep(tx, item)
      const { engine, confidence, result } = data
      const run = await saveMachineResult(tx, data.recognitionId, { engine, sha256: result.sha256 })
      await settle(tx, kind, item, run)
      noteConfidence(kind.name, confidence)
      await addHistory(tx, item, {
        action: 'read',
        by: null,
        details: { engine, confidence },
        ...originOf(message),
      })
    },
    // Nobody else will say that this item leads nowhere. What went wrong inside is for the operators, who find it
    // with the dead letter; this goes to the API and into a mail.
    exhausted: (failure, { data, ...scope }) => {
      const detail = `What the engine has read could not be taken over (${failure.errorClass}).`
      return recordFailure(kind)({ ...data, code: 'unreadable_result', detail, temporary: true }, scope)
    },
  }
}

/** An engine has given an item up; the file is kept and can be read again. */
export const recordFailure =
  (kind: Kind) =>
  async (
    data: { recognitionId: string; code: string; detail: string; temporary?: boolean },
    { tx, emit, message }: Scope,
  ) => {
    const before = await lockItemOfRecognition(tx, kind.table, data.recognitionId)
    if (!before) return
    const { code, detail } = data
    const cause = causeOf(code, data.temporary)
    const run = await saveFailure(tx, data.recognitionId, { code, detail, cause })
    const { item, changed } = await settle(tx, kind, before, run)
    const details = { code, detail }
    await addHistory(tx, item, { action: 'reading_failed', by: null, details, ...originOf(message) })
    if (changed && item.status === 'failed')
      await tellUploader({ tx, emit }, kind, item, 'item-failed', details)
  }

/** When it happened and which event says so, for the history. */
export const originOf = (message: Message) => ({ at: message.time, cause: `${message.source} ${message.id}` })
