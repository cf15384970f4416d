import { z } from 'zod'

export const failureCause = z.enum(['temporary', 'permanent'])
export type FailureCause = z.infer<typeof failureCause>

/** Why an item has failed, for people: what it means and what to do about it. */
export const itemFailure = z.object({
  /** Stable word. */
  code: z.string(),
  /** temporary: the same file may be read at another time. permanent: it takes another file or another setting. */
  cause: failureCause,
  message: z.string(),
  /** What somebody can do now. */
  action: z.string(),
  /** What the engine or the review said itself. */
  detail: z.string(),
})

interface Words {
  readonly message: string
  readonly action: string
}

const tryAgain = 'Read it again. If it fails again, tell the operators; nothing is lost.'
const engineAway = 'Read it again later: it works as soon as the operators have the engine running.'

const words: Readonly<Record<string, Words>> = {
  unreadable_file: {
    message: 'The file is damaged, incomplete or protected by a password.',
    action:
      'Open it yourself; if it opens, save it anew without a password and upload that as a new version.',
  },
  image_too_large: {
    message: 'The picture has more pixels than can be read.',
    action: 'Scan it with 300 to 400 dots per inch, or make it smaller, and upload that as a new version.',
  },
  too_many_pages: {
    message: 'The file has more pages than are read at once.',
    action: 'Split it and upload the parts.',
  },
  recording_too_long: {
    message: 'The recording is longer than what is taken.',
    action: 'Cut it into parts and upload these.',
  },
  unsupported_language: {
    message: 'The engine does not know the language of this item.',
    action:
      'Correct its language if it is wrong and read it again; else ask the operators for an engine that knows it.',
  },
  no_speech: {
    message: 'Nobody speaks in the recording, or too softly to be heard.',
    action: 'Listen to it; upload a louder recording as a new version, or delete it.',
  },
  engine_missing: {
    message: 'The engine that reads such files is not installed or not set up.',
    action: engineAway,
  },
  engine_failed: { message: 'The engine failed several times over this file.', action: tryAgain },
  engine_refused: {
    message: 'The engine does not accept this recording.',
    action: 'Convert it to WAV or FLAC and upload that as a new version.',
  },
  unreadable_result: { message: 'What was read could not be taken over.', action: tryAgain },
  review_failed: { message: 'What was read could not be given to review.', action: tryAgain },
}

const unknown: Words = { message: 'The file could not be read.', action: tryAgain }

/** Undefined: whoever tells of the failure does not say, as releases before this one did not. */
export const causeOf = (code: string, temporary: boolean | undefined): FailureCause =>
  (temporary ?? ourOwn.has(code)) ? 'temporary' : 'permanent'

/** Not the file's fault. */
const ourOwn = new Set(['engine_missing', 'engine_failed', 'unreadable_result', 'review_failed'])

/** Facts of a failure that has been overtaken by a result are not shown: see statusOf. */
export function failureOf(row: {
  failure_code: string | null
  failure_detail: string | null
  failure_cause: string | null
}): z.output<typeof itemFailure> | null {
  const { failure_code: code, failure_detail: detail, failure_cause: cause } = row
  if (code === null) return null
  return {
    code,
    cause: cause === null ? causeOf(code, undefined) : failureCause.parse(cause),
    ...(words[code] ?? unknown),
    detail: detail ?? '',
  }
}
