import { Problem } from '@alta/kit/errors'
import type { z } from 'zod'
import { password } from '../passwords/password.schema.ts'
import { ONE_FACTOR, type SignedIn, TWO_FACTORS } from '../sessions/begin-session.ts'
import type { SecondStepService } from '../sessions/second-step.service.ts'
import { invalidCredentials } from '../sessions/session.problems.ts'
import type { SessionService } from '../sessions/session.service.ts'
import { normalisedEmail } from '../users/user.schema.ts'
import { field, hidden } from './fields.ts'
import { type Html, html } from './html.ts'
import type { words } from './words.ts'

export type Form = ReadonlyMap<string, string>

/** Somebody is in, or owes a code of their second factor. */
export type SignInStep = { signedIn: SignedIn; amr: string[] } | { challenge: string }

export type SignInSteps = (form: Form) => Promise<SignInStep>

/** What the form of a page that signs somebody in does: first with the password, then, where there is one, with a code. */
export const signInSteps =
  (services: { sessions: SessionService; secondStep: SecondStepService }): SignInSteps =>
  async (form) => {
    const challenge = form.get('challenge')
    if (challenge !== undefined) {
      const code = (form.get('code') ?? '').trim()
      const signedIn = await services.secondStep.finish({ challenge, code, rememberDevice: false })
      return { signedIn, amr: TWO_FACTORS }
    }
    const outcome = await services.sessions.login({
      email: read(normalisedEmail, form.get('email'), badEmail),
      password: read(password, form.get('password'), invalidCredentials),
      rememberDevice: false,
    })
    return 'mfaRequired' in outcome
      ? { challenge: outcome.challenge }
      : { signedIn: outcome, amr: ONE_FACTOR }
  }

/** The second step's fields. */
export const codeFields = (say: (typeof words)['en'], challenge: string): Html => html`
${hidden('challenge', challenge)}
${field({ name: 'code', label: say.secondCode, type: 'text', autocomplete: 'one-time-code', hint: say.secondCodeHint, focus: true })}`

export function read<Value>(
  schema: z.ZodType<Value>,
  typed: string | undefined,
  refusal: () => Problem,
): Value {
  const { data, success } = schema.safeParse(typed ?? '')
  if (!success) throw refusal()
  return data
}

export const badEmail = () => new Problem({ status: 422, code: 'bad_email', detail: 'This is no address.' })
