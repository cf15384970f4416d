import { z } from 'zod'
import { signedAnchor } from './anchor.ts'
import { canonical } from './canonical.ts'
import { chainCheck, type Fault } from './chain.ts'
import type { PublicKey } from './signing-key.ts'

const line = z.union([
  z.strictObject({
    sequence: z.number().int(),
    previousHash: z.string(),
    hash: z.string(),
    entry: z.record(z.string(), z.unknown()).nullable(),
  }),
  z.strictObject({ anchor: z.record(z.string(), z.unknown()) }),
])

/**
 * Verifies an NDJSON export on its own: needs the file and, for its anchors, the public key, and nothing of ours.
 * Without a key the chain is followed and anchors are left aside.
 * @throws {Error} naming the line that is not one of an export
 */
export async function verifyExport(lines: AsyncIterable<string>, keys: readonly PublicKey[]) {
  let check: ReturnType<typeof chainCheck> | undefined
  const hashes = new Map<number, string>()
  let hidden = 0
  let anchors = 0
  let number = 0
  for await (const text of lines) {
    number += 1
    if (text.trim() === '') continue
    const read = parsed(text, number)
    if ('anchor' in read) {
      if (keys.length === 0) continue
      anchors += 1
      check ??= chainCheck()
      const anchor = signedAnchor(canonical(read.anchor), keys)
      if (!anchor)
        check.fault(
          'anchor_altered',
          1,
          `The anchor in line ${number} does not carry the signature of this key.`,
        )
      else if (hashes.get(anchor.sequence) !== anchor.hash) {
        check.fault(
          'chain_rewritten',
          anchor.sequence,
          `Entry ${anchor.sequence} is not the one anchored on ${anchor.at}.`,
        )
      }
      continue
    }
    const { sequence, previousHash, hash, entry } = read
    check ??= chainCheck({ sequence: sequence - 1, hash: previousHash })
    if (entry === null) hidden += 1
    hashes.set(sequence, hash)
    check.next({ sequence, hash, previousHash, text: entry === null ? undefined : canonical(entry) })
  }
  const faults: readonly Fault[] = check?.result.faults ?? []
  return { ok: faults.length === 0, entries: hashes.size, hidden, anchors, faults }
}

function parsed(text: string, number: number) {
  try {
    return line.parse(JSON.parse(text))
  } catch (error) {
    throw new Error(`line ${number} is not one of an export`, { cause: error })
  }
}
