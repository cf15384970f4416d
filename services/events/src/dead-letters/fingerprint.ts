import { createHash } from 'node:crypto'
import type { Faults } from './dead-letter.tables.ts'

const MOST_FRAMES = 30

export interface Failing {
  readonly handler: string
  readonly errorClass: string
  readonly message: string
  readonly stack: string
  /** Failing paths of something that broke its schema; empty otherwise. */
  readonly faults: Faults
}

/**
 * What makes two failures one group: handler, class, and the way through the code without what differs between
 * checkouts, builds and messages. The message itself counts only where there is no stack; of a broken schema the
 * failing paths count too, for all of them fail at the same place in the code.
 */
export function fingerprintOf(failing: Failing): { fingerprint: string; stack: string } {
  const frames = framesOf(failing.stack)
  const stack = frames.length > 0 ? frames.join('\n') : withoutDetails(failing.message).slice(0, 1_000)
  const paths = failing.faults.map(({ path }) => path.replaceAll(/\.\d+(?=\.|$)/g, '.*'))
  const parts = [failing.handler, failing.errorClass, stack, ...[...new Set(paths)].sort()]
  return { fingerprint: createHash('sha256').update(parts.join('\0')).digest('hex'), stack }
}

/** How a message gets to its handler: not the same way the first time, when it is repeated, and as a copy. */
const machinery =
  /services\/shared\/kit\/src\/(?:events|telemetry|database|http)\/|node_modules\/(?:@opentelemetry|kysely|pg|pg-pool)\//

/**
 * Frames without Node's own, which come and go with how a promise happened to be resolved, and without those of what
 * calls the handler; where it was thrown counts in any case.
 */
function framesOf(stack: string): string[] {
  return stack
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line.startsWith('at ') && !/\(node:|at node:|at async node:/.test(line))
    .filter((line, index) => index === 0 || !machinery.test(line.replaceAll('\\', '/')))
    .slice(0, MOST_FRAMES)
    .map((line) => withoutDetails(withoutPlace(line.replace(/^at (async )?/, ''))))
}

/** `read (file:///app/services/ocr/src/read.ts:10:3)` becomes `read (services/ocr/src/read.ts)`. */
const withoutPlace = (frame: string): string =>
  frame
    .replaceAll('\\', '/')
    .replace(/:\d+(:\d+)?\)?$/, (end) => (end.endsWith(')') ? ')' : ''))
    .replace(/(^|\(|\s)(?:file:\/\/)?[^\s()]*?\/((?:services|platform|tests|node_modules)\/[^\s()]*)/, '$1$2')
    .replace(/node_modules\/\.pnpm\/[^/]+\//, '')

const uuid = /\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/gi

/** Ids, addresses and numbers give way to what they are. */
function withoutDetails(text: string): string {
  return text
    .replaceAll(uuid, '<id>')
    .replaceAll(/\b[\w.+-]{1,100}@[\w-]{1,100}\.[\w.-]{1,100}\b/g, '<email>')
    .replaceAll(/\b0x[0-9a-f]+\b/gi, '<address>')
    .replaceAll(/\b(?:\d{1,3}\.){3}\d{1,3}(?::\d+)?\b/g, '<address>')
    .replaceAll(/\b[0-9a-f]{16,}\b/gi, '<id>')
    .replaceAll(/"[^"]{0,1000}"|'[^']{0,1000}'/g, '<text>')
    .replaceAll(/\b\d+(\.\d+)?\b/g, '<number>')
}
