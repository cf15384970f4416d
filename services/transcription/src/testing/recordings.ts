import { execFile } from 'node:child_process'
import { createReadStream } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { promisify } from 'node:util'
import { decode, type Recording } from '../audio/recording.ts'
import type { EngineScope, KeptWork, SpokenWord } from '../engines/engine.ts'

const run = promisify(execFile)
const samples = new URL('../../../../samples/', import.meta.url)

export const sample = (name: string): string => new URL(name, samples).pathname

export async function truthOf(name: string): Promise<string> {
  const { text } = JSON.parse(await readFile(sample(`${name}.truth.json`), 'utf8')) as { text: string }
  return text
}

export const ffmpeg = async (...args: string[]): Promise<void> => {
  await run('ffmpeg', ['-nostdin', '-v', 'error', '-y', ...args])
}

export function decoded(directory: string, file: string, mediaType = 'audio/wav'): Promise<Recording> {
  const signal = AbortSignal.timeout(120_000)
  return decode(createReadStream(file), { directory, mediaType, maximumDuration: 600, signal })
}

/** Keeps work in memory, as the job's tables do. */
export function memory(): KeptWork & { pieces: Map<string, SpokenWord[]>; name: string | undefined } {
  const pieces = new Map<string, SpokenWord[]>()
  return {
    pieces,
    name: undefined,
    async piece({ start, end }) {
      return pieces.get(`${start}-${end}`)
    },
    async keepPiece({ start, end }, words) {
      pieces.set(`${start}-${end}`, words)
    },
    async operation() {
      return this.name
    },
    async keepOperation(name) {
      this.name = name
    },
  }
}

export const scopeWith = (kept: KeptWork, signal = AbortSignal.timeout(200_000)): EngineScope => ({
  language: 'en',
  recognitionId: '019a9d2e-0000-7000-8000-000000000005',
  signal,
  kept,
  progress: () => undefined,
})

/** Share of words that are wrong, missing or too many. */
export function wordErrorRate(truth: string, heard: string): number {
  const words = (text: string) => text.toLowerCase().match(/[a-z']+/g) ?? []
  const wanted = words(truth)
  let row = Array.from({ length: words(heard).length + 1 }, (_, index) => index)
  for (const [at, word] of wanted.entries()) {
    const next = [at + 1]
    for (const [index, other] of words(heard).entries()) {
      const kept = (row[index] ?? 0) + (word === other ? 0 : 1)
      next.push(Math.min(kept, (row[index + 1] ?? 0) + 1, (next[index] ?? 0) + 1))
    }
    row = next
  }
  return (row.at(-1) ?? 0) / wanted.length
}
