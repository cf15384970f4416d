import { z } from 'zod'
import { isCommon } from './common-passwords.ts'

const maximumBytes = 1024

/**
 * A password to compare with. Its exact characters count: nothing is trimmed, cut or normalised.
 * Longer ones are refused here, before anything expensive is done with them.
 */
export const password = z
  .string()
  .min(1)
  .max(maximumBytes, `Must be at most ${maximumBytes} bytes`)
  .refine((text) => Buffer.byteLength(text) <= maximumBytes, `Must be at most ${maximumBytes} bytes`)
  .refine((text) => text.isWellFormed(), 'Must be well-formed Unicode')
  .meta({ format: 'password' })

/** A password to be: long enough and not on everybody's list. No rule about kinds of characters. */
export const newPassword = password
  .min(8, 'Must have at least 8 characters')
  .refine((text) => !isCommon(text), 'Is one of the passwords that are tried first; choose another')
