import type { Template } from './template.ts'

export const resetPassword: Template = {
  en: ({ name, token }) => ({
    subject: 'Choose a new password',
    paragraphs: [
      `Hello ${name},`,
      'Somebody asked for a new password for the account with this address. The link works once, within half an hour.',
      'If it was not you, there is nothing to do: your password stays as it is.',
      `Without a browser, this is the token: ${token}`,
    ],
    link: 'Choose a new password',
    path: `/reset-password#token=${token}`,
  }),
  fr: ({ name, token }) => ({
    subject: 'Choisissez un nouveau mot de passe',
    paragraphs: [
      `Bonjour ${name},`,
      'Quelqu’un a demandé un nouveau mot de passe pour le compte lié à cette adresse. Le lien est valable une fois, pendant une demi-heure.',
      'Si ce n’était pas vous, il n’y a rien à faire : votre mot de passe reste le même.',
      `Sans navigateur, voici le jeton : ${token}`,
    ],
    link: 'Choisir un nouveau mot de passe',
    path: `/reset-password#token=${token}`,
  }),
}
