import { z } from 'zod'
import type { Sample } from './sidecars.ts'

/** What a document or voice sample says about itself while it is worked on. */
export const item = z.looseObject({
  id: z.string(),
  status: z.enum(['uploaded', 'processing', 'in_review', 'approved', 'rejected', 'failed']),
  confidence: z.number().nullish(),
  failure: z.looseObject({ code: z.string() }).nullish(),
})

export type Item = z.infer<typeof item>

export interface SampleResult {
  readonly sample: Sample
  /** Status of the item, `refused` when the upload was not taken, `timeout` when it is still being worked on. */
  readonly state: Item['status'] | 'refused' | 'timeout'
  readonly code: string | undefined
  readonly confidence: number | undefined
  /** From upload to result; undefined when the file was there from an earlier run. */
  readonly seconds: number | undefined
}

export const isFinished = (status: Item['status']): boolean =>
  status !== 'uploaded' && status !== 'processing'

/** What became of it is what its truth says; `speech` is false where no engine could be installed. */
export function isAsExpected({ sample, state, code }: SampleResult, speech: boolean): boolean {
  if (sample.kind === 'voice' && !speech && sample.expect !== 'failed') return state === 'failed'
  if (sample.expect === 'approved_or_review') return ['approved', 'in_review', 'rejected'].includes(state)
  return state === sample.expect && (sample.code === undefined || sample.code === code || !speech)
}

export function describeResult(result: SampleResult, asExpected: boolean): string[] {
  const { sample, state, code, confidence, seconds } = result
  return [
    sample.file,
    code ? `${state} (${code})` : state,
    confidence === undefined ? '–' : `${(confidence * 100).toFixed(1)} %`,
    seconds === undefined ? 'from before' : seconds.toFixed(1),
    asExpected
      ? 'as expected'
      : `UNEXPECTED: should be ${sample.expect.replaceAll('_', ' ')} ${sample.code ?? ''}`.trim(),
  ]
}
