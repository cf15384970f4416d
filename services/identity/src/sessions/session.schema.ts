import { z } from 'zod'
import { userResource } from '../users/user.schema.ts'

export const opaqueToken = z.string().min(1).max(200)

/** Where people sign in. */
export const rememberedDevice = {
  deviceToken: opaqueToken.optional().describe('From an earlier sign-in of this user on this device.'),
  rememberDevice: z.boolean().default(false).describe('Whether the answer should carry a `deviceToken`.'),
}

export const signedInAnswer = z
  .object({
    accessToken: z.string(),
    /** Works once: the answer to its use carries the next one. */
    refreshToken: z.string(),
    tokenType: z.literal('Bearer'),
    expiresIn: z.number().int().describe('Seconds until the access token expires.'),
    user: userResource,
    deviceToken: z
      .string()
      .optional()
      .describe('Only when it was asked for and is new: keep it for later sign-ins.'),
  })
  .meta({ id: 'SignedIn' })

export const codeNeeded = z
  .object({
    mfaRequired: z.literal(true),
    challenge: z.string().describe('For `POST /api/v1/auth/login/code`, once, together with a code.'),
    expiresIn: z.number().int().describe('Seconds until the challenge expires.'),
  })
  .meta({ id: 'CodeNeeded' })
