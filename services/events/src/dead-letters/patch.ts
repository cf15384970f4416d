import { applyPatch, type Operation, Pointer } from 'rfc6902'
import { z } from 'zod'
import type { Faults } from './dead-letter.tables.ts'

const pointer = z
  .string()
  .max(500)
  .regex(/^(\/([^~/]|~[01])*)*$/, 'must be a JSON Pointer such as /data/projectId')
const value = z.json()

/** RFC 6902. `from` and `path` are pointers into the event, so that its data begins with `/data`. */
export const jsonPatch = z
  .array(
    z.discriminatedUnion('op', [
      z.strictObject({ op: z.literal('add'), path: pointer, value }),
      z.strictObject({ op: z.literal('remove'), path: pointer }),
      z.strictObject({ op: z.literal('replace'), path: pointer, value }),
      z.strictObject({ op: z.literal('move'), from: pointer, path: pointer }),
      z.strictObject({ op: z.literal('copy'), from: pointer, path: pointer }),
      z.strictObject({ op: z.literal('test'), path: pointer, value }),
    ]),
  )
  .min(1)
  .max(50)
export type JsonPatch = z.infer<typeof jsonPatch>

/** What an event says of itself may not be changed, only what it carries: those who handled it know it by the rest. */
const isOpen = (path: string): boolean => path === '/data' || path.startsWith('/data/') || path === '/type'

/** Paths of a patch that must stay as they are in an event. */
export const lockedPaths = (patch: JsonPatch): Faults =>
  patch.flatMap((operation, index) =>
    [operation.path, ...(operation.op === 'move' ? [operation.from] : [])]
      .filter((path) => operation.op !== 'test' && !isOpen(path))
      .map((path) => ({
        path: `patch.${index}.path`,
        message: `${path || 'the whole event'} cannot be edited`,
      })),
  )

export interface Change {
  readonly path: string
  /** Absent where there was nothing. */
  readonly before?: unknown
  /** Absent where there is nothing now. */
  readonly after?: unknown
}

export type Patched =
  | { readonly document: unknown; readonly changes: Change[]; readonly faults?: never }
  | { readonly faults: Faults; readonly document?: never }

/** A document may grow by this much: `copy` of a part into itself doubles it each time. */
const MOST_GROWTH = 1024 * 1024

/** Applies a patch to a copy, all of it or nothing, and says what it changed. */
export function applyTo(original: unknown, patch: JsonPatch): Patched {
  const root = { document: structuredClone(original) }
  const largest = JSON.stringify(original).length + MOST_GROWTH
  for (const [index, operation] of patch.entries()) {
    const fault = (message: string): Patched => ({ faults: [{ path: `patch.${index}`, message }] })
    const paths = 'from' in operation ? [operation.from, operation.path] : [operation.path]
    const wrong = paths.map((path) => wrongStep(root.document, path)).find((step) => step !== undefined)
    if (wrong) return fault(`${operation.op} ${operation.path}: ${wrong}`)
    // The library changes in place, and the root itself can only be changed through something that holds it.
    const [error] = applyPatch(root, [within(operation)])
    if (error) return fault(`${operation.op} ${operation.path}: ${error.message.replaceAll('/document', '')}`)
    if ('value' in operation || operation.op === 'copy') {
      const size = JSON.stringify(root.document)?.length ?? 0
      if (size > largest) return fault('makes the event larger than may be')
    }
  }
  return { document: root.document, changes: changesOf(original, root.document, patch) }
}

/** The library passes over these and applies the rest of the path to what is above them. */
const unreachable = ['__proto__', 'constructor', 'prototype']

/**
 * What is no place in JSON though it is one in JavaScript: the `length` of a list, which would make it billions of
 * entries long, a letter of a text, a prototype. What is merely not there is left to the library.
 */
function wrongStep(document: unknown, path: string): string | undefined {
  let value = document
  for (const word of Pointer.fromJSON(path).tokens.slice(1)) {
    if (value === undefined) return undefined
    if (value === null || typeof value !== 'object') return `what is above ${word} holds nothing`
    if (unreachable.includes(word)) return `${word} cannot be edited`
    if (Array.isArray(value) && !/^(?:-|0|[1-9]\d*)$/.test(word)) return `${word} is no place in a list`
    value = Object.getOwnPropertyDescriptor(value, word)?.value
  }
  return undefined
}

function within(operation: JsonPatch[number]): Operation {
  const path = `/document${operation.path}`
  return 'from' in operation
    ? { ...operation, path, from: `/document${operation.from}` }
    : { ...structuredClone(operation), path }
}

/** Only where the patch has been: comparing whole events would take as long as the square of their lists. */
function changesOf(original: unknown, document: unknown, patch: JsonPatch): Change[] {
  const touched = patch.flatMap((operation) =>
    operation.op === 'test'
      ? []
      : operation.op === 'move'
        ? [operation.from, operation.path]
        : [operation.path],
  )
  // `-` is the end of a list: what can be shown of it is the list.
  const paths = [...new Set(touched.map((path) => path.replace(/\/-$/, '')))]
  return paths.flatMap((path) => {
    const before = Pointer.fromJSON(path).get(original)
    const after = Pointer.fromJSON(path).get(document)
    if (JSON.stringify(before) === JSON.stringify(after)) return []
    return [{ path, ...(before === undefined ? {} : { before }), ...(after === undefined ? {} : { after }) }]
  })
}
