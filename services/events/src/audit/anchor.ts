import type { NamedFiles } from '@alta/kit/storage/named-files'
import { z } from 'zod'
import { canonical, sha256 } from './canonical.ts'
import type { Link } from './chain.ts'
import { isSignedBy, type PublicKey, type Signer } from './signing-key.ts'

const hexHash = z.string().regex(/^[0-9a-f]{64}$/)

/** A signed statement, kept outside of the database: at this time the chain had this many entries and this hash. */
export const anchor = z
  .strictObject({
    sequence: z.number().int().min(1),
    hash: hexHash,
    at: z.iso.datetime(),
    /** Hash of the anchor's file before this one, so that none can be taken away unnoticed; null: the first. */
    previousAnchor: hexHash.nullable(),
    kid: z.string(),
    /** Ed25519 over the canonical form (RFC 8785) of the rest, base64url. */
    signature: z.string(),
  })
  .meta({ id: 'AuditAnchor' })

export type Anchor = z.infer<typeof anchor>

export interface AnchorFile {
  readonly name: string
  /** Undefined: what is in the file was not signed by us. */
  readonly anchor: Anchor | undefined
  readonly hash: string
}

/** Names sort as the sequences do. */
const nameOf = (sequence: number): string => `${String(sequence).padStart(15, '0')}.json`

/** @returns the name of the new anchor, or undefined when this entry has one */
export async function writeAnchor(
  files: NamedFiles,
  signer: Signer,
  { sequence, hash }: Link,
  { at, previous }: { at: Date; previous: AnchorFile | undefined },
): Promise<string | undefined> {
  const { kid } = signer.publicKey
  const said = { sequence, hash, at: at.toISOString(), previousAnchor: previous?.hash ?? null, kid }
  const text = canonical({ ...said, signature: signer.sign(canonical(said)) })
  const name = nameOf(sequence)
  return (await files.write(name, text)) ? name : undefined
}

/** The anchors, oldest first. */
export async function readAnchors(files: NamedFiles, keys: readonly PublicKey[]): Promise<AnchorFile[]> {
  const names = await files.list()
  const read: AnchorFile[] = []
  // A few at a time: a bucket answers each in tens of milliseconds.
  for (let from = 0; from < names.length; from += 16) {
    read.push(
      ...(await Promise.all(names.slice(from, from + 16).map((name) => readAnchor(files, keys, name)))),
    )
  }
  return read
}

export async function newestAnchor(
  files: NamedFiles,
  keys: readonly PublicKey[],
): Promise<AnchorFile | undefined> {
  const name = (await files.list()).at(-1)
  return name === undefined ? undefined : readAnchor(files, keys, name)
}

async function readAnchor(files: NamedFiles, keys: readonly PublicKey[], name: string): Promise<AnchorFile> {
  const text = (await files.read(name)) ?? ''
  const signed = signedAnchor(text, keys)
  // The name says which entry it is about where somebody deletes the database's newest and renames a file.
  return { name, anchor: signed && nameOf(signed.sequence) === name ? signed : undefined, hash: sha256(text) }
}

/** The anchor that a text is, when one of the keys has signed it. */
export function signedAnchor(text: string, keys: readonly PublicKey[]): Anchor | undefined {
  const parsed = anchor.safeParse(jsonOf(text))
  if (!parsed.success) return undefined
  const { signature, ...said } = parsed.data
  return isSignedBy(keys, said.kid, canonical(said), signature) ? parsed.data : undefined
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    // Not JSON is not an anchor.
    return undefined
  }
}
