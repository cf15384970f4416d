import { z } from 'zod'

/** Lower-case hexadecimal SHA-256 of the bytes: also the file's key in storage. */
export const sha256 = z.string().regex(/^[0-9a-f]{64}$/)

/** Formats that Alta reads, told by content and never by name. */
export const documentMediaTypes = [
  'application/pdf',
  'image/png',
  'image/jpeg',
  'image/tiff',
  'image/webp',
] as const
export const voiceMediaTypes = [
  'audio/wav',
  'audio/mpeg',
  'audio/ogg',
  'audio/flac',
  'audio/mp4',
  'audio/webm',
] as const

/** A file in storage. `size` is in bytes. */
export const storedFile = z.object({
  sha256,
  size: z.number().int().min(0),
  mediaType: z.string(),
})

export type StoredFile = z.infer<typeof storedFile>
