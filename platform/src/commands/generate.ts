import { releaseContracts as writeRelease } from '../check/contracts.ts'
import { releaseMigrations } from '../check/migrations.ts'
import type { Checkout } from '../checkout.ts'
import { line } from '../console/steps.ts'
import { eventTableText } from '../generate/event-table.ts'
import { generate as build, writeGenerated } from '../generate/files.ts'

export async function generate({ root }: Checkout): Promise<void> {
  const written = await writeGenerated(root, await build(root))
  line('generate', written.length > 0 ? `wrote ${written.join(', ')}` : 'everything is fresh')
}

/** Prints the event table; the README's copy is refreshed with the other generated files. */
export async function events({ root }: Checkout): Promise<void> {
  const generated = await build(root)
  console.log(eventTableText(generated.eventRows))
  const written = await writeGenerated(root, generated)
  if (written.length > 0) line('generate', `wrote ${written.join(', ')}`)
}

/** For the commit that is tagged as a release: from then on `make check` holds contracts and migrations against it. */
export async function releaseContracts({ root }: Checkout): Promise<void> {
  line('contracts', `${await writeRelease(root)} are promised now`)
  line('migrations', `${await releaseMigrations(root)} are released now`)
}
