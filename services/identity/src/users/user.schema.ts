import { z } from 'zod'

/**
 * The form of an address as it is typed, for who knows the schema alone, as the gateway does. What is not ASCII may
 * become an address yet: `＠` is one spelling of `@`.
 */
const typedEmail = new RegExp(
  `^\\s*(?:${z.regexes.email.source.replace(/^\^|\$$/g, '')})\\s*$|[^\\x00-\\x7f]`,
)

/** One address in one spelling: neither case nor look-alike Unicode forms make a second account. */
export const normalisedEmail = z
  .string()
  .max(254)
  .regex(typedEmail, 'Invalid email address')
  .meta({ format: 'email' })
  .transform((typed) => typed.trim().normalize('NFKC').toLowerCase())
  .pipe(z.email().max(254))

const oneLine = (maximum: number) =>
  z
    .string()
    .trim()
    .min(1)
    .max(maximum)
    .regex(/^\P{C}*$/u, { error: 'Must not contain control characters', abort: true })

/** Mails greet people by it, also at addresses that nobody has confirmed: a name must not be a stranger's message. */
export const personName = oneLine(200).regex(
  /^(?:(?![/@]|[wW]{3}\.)[\s\S])*$/,
  'Must not contain a link or an address',
)

/** BCP 47, as `en` or `fr-CA`: the language that mails are written in. */
export const locale = z
  .string()
  .max(35)
  .regex(/^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$/, 'Must be a language tag such as en or fr-CA')

export const userResource = z
  .object({
    id: z.uuid(),
    tenantId: z.uuid().describe('Whose data they see.'),
    email: z.string(),
    emailVerified: z.boolean().describe('Whether a token that was mailed there has come back.'),
    name: z.string(),
    locale: z.string(),
    roles: z.array(z.string()),
    createdAt: z.iso.datetime(),
  })
  .meta({ id: 'User' })

export type UserResource = z.infer<typeof userResource>
