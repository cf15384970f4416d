import { documentKind } from './documents/document.kind.ts'
import type { Kind } from './intake/kind.ts'
import { voiceSampleKind } from './voice-samples/voice-sample.kind.ts'

/** Everything that people send. */
export const kinds: readonly Kind[] = [documentKind, voiceSampleKind]
