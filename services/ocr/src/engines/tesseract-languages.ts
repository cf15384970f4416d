import { mkdtemp, rm, symlink } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { RecognitionFailure } from '@alta/kit/recognition/recognition-failure'

/** Language data that is installed with the service, by ISO 639-1 code. */
export const bundledLanguages: Readonly<Record<string, string>> = { en: 'eng', fr: 'fra' }

/**
 * Tesseract looks for all languages in one folder, and each comes in a package of its own: this folder links
 * to them until it is disposed of.
 * @throws {RecognitionFailure} `engine_missing` when a package is not installed
 */
export async function languageFolder(): Promise<{ path: string } & AsyncDisposable> {
  const { resolve } = createRequire(import.meta.url)
  const path = await mkdtemp(join(tmpdir(), 'alta-tesseract-'))
  const remove = () => rm(path, { recursive: true, force: true })
  try {
    for (const code of Object.values(bundledLanguages)) {
      const data = join(dirname(resolve(`@tesseract.js-data/${code}/package.json`)), '4.0.0_best_int')
      await symlink(join(data, `${code}.traineddata.gz`), join(path, `${code}.traineddata.gz`))
    }
  } catch (cause) {
    await remove()
    throw new RecognitionFailure('engine_missing', 'The language data of Tesseract is not installed.', {
      cause,
      temporary: true,
    })
  }
  return { path, [Symbol.asyncDispose]: remove }
}
