import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'

/** `<name>.truth.json`: what is known about a sample and what should become of it. */
const truth = z.looseObject({
  kind: z.enum(['document', 'voice']),
  language: z.string(),
  text: z.string().nullable(),
  expect: z.enum(['approved_or_review', 'failed', 'refused']),
  /** Code of the failure, or of the refusal of the upload. */
  code: z.string().optional(),
  maximumCharacterErrorRate: z.number().optional(),
})

export interface Sample extends z.infer<typeof truth> {
  readonly file: string
  readonly path: string
}

/** The samples with their truths, documents first, both in alphabetical order. */
export async function readSamples(folder: string): Promise<Sample[]> {
  const files = (await readdir(folder).catch(() => [])).sort()
  const samples: Sample[] = []
  for (const sidecar of files.filter((file) => file.endsWith('.truth.json'))) {
    const name = sidecar.slice(0, -'.truth.json'.length)
    const file = files.find(
      (one) => one !== sidecar && (one === name || one.replace(/\.[^.]+$/, '') === name),
    )
    if (!file) throw new Error(`samples/${sidecar} has no file beside it`)
    const parsed = truth.safeParse(JSON.parse(await readFile(join(folder, sidecar), 'utf8')))
    if (!parsed.success) throw new Error(`samples/${sidecar} is wrong:\n${z.prettifyError(parsed.error)}`)
    samples.push({ ...parsed.data, file, path: join(folder, file) })
  }
  return samples.sort((a, b) => a.kind.localeCompare(b.kind) || a.file.localeCompare(b.file))
}
