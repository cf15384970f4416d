import { z } from 'zod'
import { storedFile } from './file.ts'

/** How sure the engine was: 0 (a guess) to 1 (certain). */
export const confidence = z.number().min(0).max(1)

/** A rectangle in pixels of the page image, origin at the top left corner. */
export const box = z.object({
  x: z.number().min(0),
  y: z.number().min(0),
  width: z.number().min(0),
  height: z.number().min(0),
})

export const word = z.object({ text: z.string(), confidence, box })

/** A page drawn for people, in file storage. `width` and `height` are in pixels. */
export const pagePicture = storedFile.extend({
  width: z.number().int().min(1),
  height: z.number().int().min(1),
})

/** One page as read. `words` are in reading order; `text` is them with the engine's line breaks. */
export const page = z.object({
  number: z.number().int().min(1),
  /** Pixels that boxes are counted in. Pictures show the same page in pixels of their own, at most as many. */
  width: z.number().int().min(1),
  height: z.number().int().min(1),
  text: z.string(),
  confidence,
  words: z.array(word),
  /** Where the words come from: an existing text layer is used instead of OCR when it is sound. */
  origin: z.enum(['text-layer', 'ocr']),
  /** Large enough to read; absent where the page was read before pictures were kept, or cannot be drawn. */
  image: pagePicture.optional(),
  /** For lists: no side is longer than 320 pixels. */
  thumbnail: pagePicture.optional(),
})

/** What `ocr` leaves in file storage for one document, as JSON; events carry only its SHA-256. */
export const recognisedDocument = z.object({
  engine: z.string(),
  languages: z.array(z.string()),
  confidence,
  pages: z.array(page),
})

/** Times are seconds from the start of the recording. */
export const spokenWord = z.object({
  text: z.string(),
  start: z.number().min(0),
  end: z.number().min(0),
  confidence,
})

export const segment = z.object({
  start: z.number().min(0),
  end: z.number().min(0),
  text: z.string(),
  confidence,
  words: z.array(spokenWord),
})

/**
 * What a recording looks like in a player: of each stretch the lowest and the highest sample, from -128 to 127, one
 * after the other. The last stretch may be shorter.
 */
export const waveform = z.object({
  secondsPerPair: z.number().positive(),
  peaks: z.array(z.number().int().min(-128).max(127)).max(4_000),
})

/** What `transcription` leaves in file storage for one recording, as JSON. */
export const transcript = z.object({
  engine: z.string(),
  language: z.string(),
  /** Seconds. */
  duration: z.number().min(0),
  confidence,
  text: z.string(),
  segments: z.array(segment),
  /** Absent where it was read before waveforms were kept. */
  waveform: waveform.optional(),
})

export type Word = z.infer<typeof word>
export type PagePicture = z.infer<typeof pagePicture>
export type Page = z.infer<typeof page>
export type RecognisedDocument = z.infer<typeof recognisedDocument>
export type Segment = z.infer<typeof segment>
export type Waveform = z.infer<typeof waveform>
export type Transcript = z.infer<typeof transcript>
