import { forbidden, type Problem, unauthorized } from '@alta/kit/errors'

/** One answer for all that is wrong with a refresh token: which of it, is nobody's business but the log's. */
export const invalidRefreshToken = (note: string): Problem =>
  unauthorized('invalid_refresh_token', 'This refresh token is not valid (any more). Sign in again.', {
    note,
  })

export const sessionEnded = (): Problem =>
  unauthorized('session_ended', 'This session has ended. Sign in again.')

export const invalidChallenge = (): Problem =>
  unauthorized('invalid_challenge', 'This sign-in took too long or is over. Begin with the password.')

/** The same for an unknown address and for a wrong password. */
export const invalidCredentials = (): Problem =>
  unauthorized('invalid_credentials', 'The e-mail address or the password is wrong.')

/** Only for who has shown the right password: nobody else learns that there is such an account. */
export const accountDisabled = (): Problem =>
  forbidden('account_disabled', 'This account is disabled. Ask those who run the platform.')
