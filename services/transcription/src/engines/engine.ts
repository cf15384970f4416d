import type { spokenWord } from '@alta/contracts/resources/recognition'
import type { z } from 'zod'
import type { Recording } from '../audio/recording.ts'

export type SpokenWord = z.infer<typeof spokenWord>

/** What an engine has finished so far survives a crash here. */
export interface KeptWork {
  /** Words of a piece that was finished before; undefined when it was not, or was cut differently. */
  piece(span: Span): Promise<SpokenWord[] | undefined>
  keepPiece(span: Span, words: SpokenWord[]): Promise<void>
  /** Name of a long-running operation that was started and not yet collected. */
  operation(): Promise<string | undefined>
  /** `undefined` forgets it. */
  keepOperation(name: string | undefined): Promise<void>
}

/** Seconds from the start of the recording. */
export interface Span {
  readonly start: number
  readonly end: number
}

export interface EngineScope {
  /** ISO 639-1. */
  readonly language: string
  /** Unique per run of the recognition and the same after a restart. */
  readonly recognitionId: string
  readonly signal: AbortSignal
  readonly kept: KeptWork
  progress(fraction: number): void
}

export interface SpeechEngine {
  readonly name: string
  /** ISO 639-1 codes that it reads. */
  readonly languages: readonly string[]
  /**
   * Words in the order they were spoken; none when it heard none.
   * @throws {RecognitionFailure} when the recording, or the lack of an engine, is the reason
   * @throws anything else when another attempt may succeed
   */
  recognise(recording: Recording, scope: EngineScope): Promise<SpokenWord[]>
}
