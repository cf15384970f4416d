import type { ReviewKind } from '@alta/contracts/resources/review'
import { safeFileName } from '@alta/kit/http/file-name'
import { faultsOf, validationFailed } from '@alta/kit/http/validation'
import { z } from 'zod'
import { language, line, tagList } from '../intake/fields.ts'

export interface UploadFacts {
  readonly kind: ReviewKind
  readonly fileName: string
  readonly title: string | undefined
  readonly language: string | undefined
  readonly tags: string[] | undefined
}

// tus says only how metadata is written; clients add keys of their own, which are nobody's fault.
const metadata = z.object({
  filename: z.string().max(1000).optional(),
  filetype: z.string().max(200).optional(),
  title: line(300).optional(),
  language: language.optional(),
  tags: tagList.optional(),
  kind: z.enum(['document', 'voice']).optional(),
})

/**
 * What a client says of a file before its bytes. What kind of thing it is follows from the type that the browser
 * takes it for, unless told; the bytes decide whether it is one.
 * @throws {Problem} 400 `validation_failed`
 */
export function factsOf(given: Readonly<Record<string, string | null>>): UploadFacts {
  const known = Object.fromEntries(
    Object.entries(given).filter(([, value]) => value !== null && value !== ''),
  )
  const read = metadata.safeParse(known)
  if (!read.success) throw validationFailed(faultsOf('metadata', read.error))
  const { filename, filetype = '', title, language: spoken, tags, kind } = read.data
  return {
    kind: kind ?? (filetype.startsWith('audio/') ? 'voice' : 'document'),
    fileName: safeFileName(filename),
    ...{ title, language: spoken, tags },
  }
}
