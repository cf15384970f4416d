import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { migrateService } from '@alta/kit/database/migrate'
import type { Checkout } from '../checkout.ts'
import { reason, type Say, StepFailed } from '../console/steps.ts'
import { type PostgresPlace, serviceRole } from '../infrastructure/postgres.ts'

/** Brings every service's schema up to date, as the database's owner. */
export async function migrateAll(
  { root }: Checkout,
  { ownerUrl, database }: PostgresPlace,
  apps: readonly string[],
  say: Say,
): Promise<void> {
  let applied = 0
  for (const app of apps) {
    const names = await migrateService({
      connectionString: ownerUrl,
      appId: app,
      folder: pathToFileURL(join(root, 'services', app, 'src/database/migrations/')),
      role: serviceRole(database, app),
    }).catch((error: unknown) => {
      throw new StepFailed(
        reason(error),
        'mend the migration; or, if the data may go: make clean && make up',
        error,
      )
    })
    // A new schema has a dozen: names help only where a few are new.
    if (names.length > 0) say(`${app}: ${names.length > 3 ? `${names.length} migrations` : names.join(', ')}`)
    applied += names.length
  }
  if (applied === 0) say('every schema is up to date')
}
