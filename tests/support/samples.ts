import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

const folder = join(import.meta.dirname, '../../samples')

export interface Sample {
  name: string
  path: string
  /** Resource that it is uploaded to. */
  resource: 'documents' | 'voice-samples'
  truth: {
    kind: 'document' | 'voice'
    language: string
    text: string | null
    expect: 'approved_or_review' | 'failed' | 'refused'
    code?: string
    maximumCharacterErrorRate?: number
  }
}

/** Every file of samples/ with the ground truth beside it. */
export function readSamples(): Sample[] {
  const files = readdirSync(folder)
  return files
    .filter((file) => file.endsWith('.truth.json'))
    .map((file) => {
      const truth: Sample['truth'] = JSON.parse(readFileSync(join(folder, file), 'utf8'))
      const stem = file.replace(/\.truth\.json$/, '')
      const name = files.find((other) => other.startsWith(`${stem}.`) && other !== file)
      if (!name) throw new Error(`samples/${file} describes no file`)
      return {
        name,
        path: join(folder, name),
        resource: truth.kind === 'voice' ? 'voice-samples' : 'documents',
        truth,
      }
    })
}
