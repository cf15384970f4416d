import type { Database } from '@alta/kit/database/database'
import type { Repetition } from '@alta/kit/repeatedly'
import type { NamedFiles } from '@alta/kit/storage/named-files'
import type { Config } from '../config.ts'
import type { EventsSchema } from '../database/schema.ts'
import { anchoring } from './anchoring.ts'
import { type PublicKey, publicKeyOf, signerOf } from './signing-key.ts'
import { type Verdict, verifyAudit } from './verify.ts'

/** Folder of the anchors in the file storage. */
export const ANCHORS = 'anchors/audit'

export type AuditSettings = Pick<
  Config,
  'AUDIT_SIGNING_KEY' | 'AUDIT_FORMER_PUBLIC_KEYS' | 'AUDIT_ANCHOR_SECONDS' | 'AUDIT_ANCHOR_ENTRIES'
>

export interface AuditLog {
  database: Database<EventsSchema>
  files: NamedFiles
  /** Those that anchors may be signed with, the one in use first. */
  keys: readonly PublicKey[]
  /** Several callers at once get the same verdict. */
  verify(): Promise<Verdict>
  background: Repetition[]
}

export function auditLog(
  database: Database<EventsSchema>,
  files: NamedFiles,
  settings: AuditSettings,
): AuditLog {
  const signer = signerOf(settings.AUDIT_SIGNING_KEY)
  const former = settings.AUDIT_FORMER_PUBLIC_KEYS.split(',').filter((x) => x !== '')
  const keys = [signer.publicKey, ...former.map(publicKeyOf)]
  let verifying: Promise<Verdict> | undefined
  return {
    database,
    files,
    keys,
    verify() {
      verifying ??= verifyAudit({
        database,
        files,
        keys,
        anchorEntries: settings.AUDIT_ANCHOR_ENTRIES,
      }).finally(() => {
        verifying = undefined
      })
      return verifying
    },
    background: [
      {
        name: 'anchor the audit log',
        everySeconds: 10,
        run: anchoring({
          database,
          files,
          signer,
          keys,
          everySeconds: settings.AUDIT_ANCHOR_SECONDS,
          everyEntries: settings.AUDIT_ANCHOR_ENTRIES,
        }),
      },
    ],
  }
}
