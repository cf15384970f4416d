import { accountMailSendRequested } from '@alta/contracts/events/account-mail-send-requested.v1'
import type { AccountMailTemplate } from '@alta/contracts/resources/email'
import type { Emit } from '@alta/kit/database/database'
import { forbidden, type Problem } from '@alta/kit/errors'
import { randomUUIDv7 } from '@alta/kit/identifiers'
import { sealToken } from '@alta/kit/sealed-token'
import type { Kysely } from 'kysely'
import type { IdentitySchema, TokenPurpose } from '../database/schema.ts'
import { hashOf, newToken } from '../keys/opaque-token.ts'
import { lockUser, type UserRow } from '../users/user.repository.ts'
import { insertMailToken, mailTokensOfUser, mailTokensTo } from './mail-token.repository.ts'

interface Scope {
  tx: Kysely<IdentitySchema>
  emit: Emit
}

const templates: Readonly<Record<TokenPurpose, AccountMailTemplate>> = {
  'reset-password': 'reset-password',
  'verify-email': 'verify-email',
  'change-email': 'confirm-new-email',
}

const minute = 60
const week = 7 * 24 * 60 * minute
const lifetimes: Readonly<Record<TokenPurpose, number>> = {
  'reset-password': 30 * minute,
  'verify-email': 24 * 60 * minute,
  'change-email': 24 * 60 * minute,
}

/** What owners of accounts are told of, in case it was not them. */
export type AccountChange =
  | 'second-factor-added'
  | 'second-factor-removed'
  | 'second-factor-removed-for-you'
  | 'recovery-code-used'
  | 'recovery-codes-renewed'
  | 'api-key-made'
  | 'new-device'

/**
 * Of one purpose and account within an hour, and as many to an address that is not the account's, by all accounts
 * together: nobody can have a stranger's mailbox filled.
 */
const MOST_AN_HOUR = 3

export type AccountMails = ReturnType<typeof accountMails>

/** @param tokenKey encrypts tokens on their way to `notifications` */
export function accountMails(tokenKey: string) {
  /** @param to the address that it goes to, the user's own unless told */
  function tell(
    emit: Emit,
    user: UserRow,
    template: AccountMailTemplate,
    { to = user.email, ...parameters }: { to?: string; [parameter: string]: string } = {},
  ): void {
    emit(accountMailSendRequested, {
      messageId: randomUUIDv7(),
      recipient: { userId: user.id, email: to, name: user.name },
      template,
      parameters: { locale: user.locale, ...parameters },
    })
  }

  /** Makes a token that proves that its reader has this mailbox. @returns it, encrypted */
  async function newSealedToken(
    tx: Kysely<IdentitySchema>,
    user: UserRow,
    purpose: TokenPurpose,
    email: string,
    lifetime = lifetimes[purpose],
  ): Promise<string> {
    const token = newToken()
    const row = { hash: hashOf(token), tenant_id: user.tenant_id, user_id: user.id, purpose, email }
    await insertMailToken(tx, row, lifetime)
    return sealToken(tokenKey, token)
  }

  return {
    tell,

    tellOfChange: (emit: Emit, user: UserRow, change: AccountChange): void =>
      tell(emit, user, 'account-changed', { change }),

    /** Somebody has signed in where nobody had before. */
    tellOfSignIn(
      emit: Emit,
      user: UserRow,
      { address, userAgent, at }: { address: string | null; userAgent: string | null; at: Date },
    ): void {
      const change: AccountChange = 'new-device'
      tell(emit, user, 'account-changed', {
        change,
        at: at.toISOString(),
        ...(address === null ? {} : { address }),
        ...(userAgent === null ? {} : { userAgent }),
      })
    },

    newSealedToken,

    /** The token sets the first password, as one of a reset does; people look into their mailbox within days. */
    async invite(
      { tx, emit }: Scope,
      user: UserRow,
      words: { tenant: string; invitedBy: string },
    ): Promise<void> {
      const sealedToken = await newSealedToken(tx, user, 'reset-password', user.email, week)
      tell(emit, user, 'invitation', { ...words, sealedToken })
    },

    /** @returns false, and sends nothing, when the user, or that address, was sent enough of them within the hour */
    async sendToken(
      { tx, emit }: Scope,
      user: UserRow,
      purpose: TokenPurpose,
      email = user.email,
    ): Promise<boolean> {
      await lockUser(tx, user.id)
      if ((await mailTokensOfUser(tx, user.id, purpose)) >= MOST_AN_HOUR) return false
      if (email !== user.email && (await mailTokensTo(tx, email, purpose)) >= MOST_AN_HOUR) return false
      const sealedToken = await newSealedToken(tx, user, purpose, email)
      tell(emit, user, templates[purpose], { to: email, sealedToken })
      return true
    },
  }
}

/** One answer for what is made up, used, too old, or for something else. */
export const invalidMailToken = (): Problem =>
  forbidden('invalid_token', 'This link or token is not valid (any more). Ask for a new mail.')
