import type { Database } from '@alta/kit/database/database'
import type { Repetition } from '@alta/kit/repeatedly'
import { log } from '@alta/kit/telemetry/log'
import type { IdentitySchema } from '../database/schema.ts'
import { secretsAfter, storeSealedSecret } from '../second-factors/second-factor.repository.ts'
import { sealedSecrets } from '../second-factors/second-factor.service.ts'
import { listKeys, storeSealedKey } from './key.repository.ts'
import { sealedKeys } from './keyring.ts'
import { encryptionKeys } from './sealer.ts'

const AT_ONCE = 500
const FIRST = '00000000-0000-0000-0000-000000000000'

/**
 * What earlier keys have encrypted is encrypted with the present one, so that the earlier ones can be forgotten. What no
 * key opens is passed over: it is told when it is needed.
 * @returns nothing to do when there is one key
 */
export function encryptAnew(database: Database<IdentitySchema>, setting: string): Repetition[] {
  if (encryptionKeys(setting).length === 1) return []
  const [keys, secrets] = [sealedKeys(setting), sealedSecrets(setting)]
  let done = false

  async function run(): Promise<void> {
    if (done) return
    let [changed, unreadable] = [0, 0]
    const anew = (sealed: Buffer, how: typeof keys): Buffer | undefined => {
      try {
        const fresh = how.sealedAnew(sealed, 'it')
        if (fresh) changed += 1
        return fresh
      } catch {
        unreadable += 1
        return undefined
      }
    }
    await database.system(async ({ tx }) => {
      for (const { kid, sealed_private_key: before } of await listKeys(tx)) {
        const after = anew(before, keys)
        if (after) await storeSealedKey(tx, kid, { before, after })
      }
    })
    let last: string | undefined = FIRST
    while (last !== undefined) {
      const after: string = last
      last = await database.system(async ({ tx }) => {
        const some = await secretsAfter(tx, after, AT_ONCE)
        for (const { user_id, sealed_secret: before } of some) {
          const fresh = anew(before, secrets)
          if (fresh) await storeSealedSecret(tx, user_id, { before, after: fresh })
        }
        return some.at(-1)?.user_id
      })
    }
    // Replicas that have not restarted yet go on with the earlier key for a while: until there is nothing left to do.
    done = changed === 0
    log.info(
      { changed, unreadable },
      done
        ? 'nothing needs the earlier keys of IDENTITY_KEY_ENCRYPTION_KEY any more'
        : 'encrypted with the present IDENTITY_KEY_ENCRYPTION_KEY what earlier ones had encrypted',
    )
  }
  return [{ name: 'encrypt with the present key', everySeconds: 600, run }]
}
