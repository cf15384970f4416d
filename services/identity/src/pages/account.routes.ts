import { type Route, rawRoute } from '@alta/kit/http/route'
import { type AccountServices, accountForms } from './account-forms.ts'
import { type AccountPage, showForm, takeForm, type Words } from './account-page.ts'
import { field, hidden, ticked } from './fields.ts'
import type { Html } from './html.ts'
import type { Form } from './sign-in-steps.ts'

/** Nobody is asked twice for a code that may still be right. */
const code = (say: Words, typed: Form): Html => {
  const value = typed.get('token')
  return value
    ? hidden('token', value)
    : field({
        name: 'token',
        label: say.code,
        type: 'text',
        autocomplete: 'one-time-code',
        hint: say.codeHint,
      })
}

const account = (say: Words, label: string, typed: Form): Html[] => [
  field({ name: 'email', label, type: 'email', autocomplete: 'username', value: typed.get('email') }),
  field({ name: 'password', label: say.password, type: 'password', autocomplete: 'current-password' }),
]

const tag = 'pages'
const answers = { 200: { description: 'A page', mediaTypes: ['text/html'] } }

/**
 * The pages behind the links of mails, and the one that asks for such a mail. They work without scripts: the code is
 * then copied from the mail.
 */
export function accountRoutes(services: AccountServices): Route[] {
  const forms = accountForms(services)
  const forgottenPassword: AccountPage = {
    path: '/forgotten-password',
    title: (say) => say.askReset,
    text: (say) => say.askResetText,
    fields: (say) => [field({ name: 'email', label: say.email, type: 'email', autocomplete: 'username' })],
    button: (say) => say.send,
    done: (say) => say.askResetDone,
    carryOut: forms.askReset,
  }
  const resetPassword: AccountPage = {
    path: '/reset-password',
    title: (say) => say.newPassword,
    fields: (say, typed) => [
      code(say, typed),
      field({
        name: 'password',
        label: say.newPasswordField,
        type: 'password',
        autocomplete: 'new-password',
        hint: say.newPasswordHint,
      }),
      ticked({
        name: 'end-keys',
        label: say.endKeys,
        hint: say.endKeysHint,
        isTicked: typed.size === 0 || typed.has('end-keys'),
      }),
    ],
    button: (say) => say.save,
    done: (say) => say.passwordChanged,
    carryOut: forms.reset,
  }
  const verifyEmail: AccountPage = {
    path: '/verify-email',
    title: (say) => say.verifyEmail,
    text: (say) => say.verifyText,
    fields: (say, typed) => [code(say, typed), ...account(say, say.email, typed)],
    button: (say) => say.confirm,
    done: (say) => say.verified,
    carryOut: forms.verifyEmail,
  }
  const confirmEmail: AccountPage = {
    path: '/confirm-email',
    title: (say) => say.confirmEmail,
    text: (say) => say.verifyText,
    fields: (say, typed) => [code(say, typed), ...account(say, say.currentEmail, typed)],
    button: (say) => say.confirm,
    done: (say) => say.emailConfirmed,
    carryOut: forms.confirmEmail,
  }
  return [
    rawRoute({
      method: 'get',
      path: '/forgotten-password',
      summary: 'Ask for a new password by mail: the page',
      tag,
      answers,
      raw: showForm(forgottenPassword),
    }),
    rawRoute({
      method: 'post',
      path: '/forgotten-password',
      summary: 'Ask for a new password by mail',
      limits: { policies: ['sign-in'] },
      tag,
      answers,
      raw: takeForm(forgottenPassword),
    }),
    rawRoute({
      method: 'get',
      path: '/reset-password',
      summary: 'Choose a new password: the page',
      tag,
      answers,
      raw: showForm(resetPassword),
    }),
    rawRoute({
      method: 'post',
      path: '/reset-password',
      summary: 'Choose a new password',
      limits: { policies: ['sign-in'] },
      tag,
      answers,
      raw: takeForm(resetPassword),
    }),
    rawRoute({
      method: 'get',
      path: '/verify-email',
      summary: 'Confirm the e-mail address: the page',
      tag,
      answers,
      raw: showForm(verifyEmail),
    }),
    rawRoute({
      method: 'post',
      path: '/verify-email',
      summary: 'Confirm the e-mail address',
      limits: { policies: ['sign-in'] },
      tag,
      answers,
      raw: takeForm(verifyEmail),
    }),
    rawRoute({
      method: 'get',
      path: '/confirm-email',
      summary: 'Confirm the new e-mail address: the page',
      tag,
      answers,
      raw: showForm(confirmEmail),
    }),
    rawRoute({
      method: 'post',
      path: '/confirm-email',
      summary: 'Confirm the new e-mail address',
      limits: { policies: ['sign-in'] },
      tag,
      answers,
      raw: takeForm(confirmEmail),
    }),
  ]
}
