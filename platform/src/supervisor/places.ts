import { readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'

const places = z.strictObject({
  postgres: z.strictObject({
    host: z.string(),
    port: z.number().int(),
    database: z.string(),
    ownerUrl: z.string(),
  }),
  redisUrl: z.string(),
  rabbitmqUrl: z.string(),
  /** Empty where the broker has no management API. */
  rabbitmqManagementUrl: z.string(),
  daprd: z.string(),
})

/** `.alta/places.json`: where `make up` found or made the infrastructure, for the supervisor and for tests. */
export type KnownPlaces = z.infer<typeof places>

const path = (home: string): string => join(home, 'places.json')

export const readPlaces = async (home: string): Promise<KnownPlaces> =>
  places.parse(JSON.parse(await readFile(path(home), 'utf8')))

/** Readable by its owner only: the addresses carry passwords. */
export async function writePlaces(home: string, known: KnownPlaces): Promise<void> {
  await writeFile(`${path(home)}.new`, `${JSON.stringify(known, null, 2)}\n`, { mode: 0o600 })
  await rename(`${path(home)}.new`, path(home))
}
