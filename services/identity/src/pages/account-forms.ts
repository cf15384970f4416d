import { permissionsOf } from '@alta/kit/auth/permissions'
import type { Principal } from '@alta/kit/auth/principal'
import { Problem } from '@alta/kit/errors'
import type { EmailService } from '../emails/email.service.ts'
import { invalidMailToken } from '../mail-tokens/account-mails.ts'
import { mailToken } from '../mail-tokens/mail-token.schema.ts'
import { newPassword } from '../passwords/password.schema.ts'
import type { PasswordResetService } from '../passwords/password-reset.service.ts'
import type { SessionService } from '../sessions/session.service.ts'
import { normalisedEmail } from '../users/user.schema.ts'
import { badEmail, type Form, read, type SignInSteps } from './sign-in-steps.ts'

/** The account has a second factor: what goes with its code. */
export interface CodeOwed {
  challenge: string
}

export interface AccountServices {
  sessions: SessionService
  steps: SignInSteps
  resets: PasswordResetService
  emails: EmailService
}

/** What the forms behind mailed links do. Each throws the problem that the page tells in words. */
export function accountForms({ sessions, steps, resets, emails }: AccountServices) {
  /**
   * These links take the account besides the mailbox: see `verify` in emails/email.service.ts. The session is for this
   * one thing, and over with it.
   */
  async function signedIn(
    form: Form,
    work: (principal: Principal) => Promise<void>,
  ): Promise<CodeOwed | undefined> {
    const step = await steps(form)
    if ('challenge' in step) return step
    const { user, sessionId, accessToken } = step.signedIn
    const principal = {
      userId: user.id,
      tenantId: user.tenantId,
      sessionId,
      roles: user.roles,
      permissions: permissionsOf(user.roles, user.tenantId),
      token: accessToken,
    }
    try {
      await work(principal)
    } finally {
      await sessions.logout(principal)
    }
    return undefined
  }

  const tokenOf = (form: Form): string => read(mailToken, form.get('token')?.trim(), invalidMailToken)

  return {
    askReset: async (form: Form) => {
      await resets.request(read(normalisedEmail, form.get('email'), badEmail))
      return undefined
    },
    reset: async (form: Form) => {
      await resets.confirm({
        token: tokenOf(form),
        newPassword: read(newPassword, form.get('password'), badPassword),
        endApiKeys: form.get('end-keys') === 'yes',
      })
      return undefined
    },
    verifyEmail: (form: Form) => signedIn(form, (principal) => emails.verify(principal, tokenOf(form))),
    confirmEmail: (form: Form) =>
      signedIn(form, (principal) => emails.confirmChange(principal, tokenOf(form))),
  }
}

const badPassword = () =>
  new Problem({ status: 422, code: 'bad_password', detail: 'Too short, too long or too common.' })
