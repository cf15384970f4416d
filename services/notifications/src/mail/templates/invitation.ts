import type { Template } from './template.ts'

export const invitation: Template = {
  en: ({ name, invitedBy, tenant, token }) => ({
    subject: `${invitedBy} has invited you to Alta`,
    paragraphs: [
      `Hello ${name},`,
      `${invitedBy} has made an account for you at ${tenant}. Choose a password and sign in with this address: the link works once, within a week.`,
      'If you do not know what this is about, leave this mail alone: without a password nobody gets in.',
      `Without a browser, this is the token: ${token}`,
    ],
    link: 'Choose a password',
    path: `/reset-password#token=${token}`,
  }),
  fr: ({ name, invitedBy, tenant, token }) => ({
    subject: `${invitedBy} vous invite à rejoindre Alta`,
    paragraphs: [
      `Bonjour ${name},`,
      `${invitedBy} vous a créé un compte chez ${tenant}. Choisissez un mot de passe et connectez-vous avec cette adresse : le lien est valable une fois, pendant une semaine.`,
      'Si vous ne savez pas de quoi il s’agit, ignorez ce message : sans mot de passe, personne n’accède au compte.',
      `Sans navigateur, voici le jeton : ${token}`,
    ],
    link: 'Choisir un mot de passe',
    path: `/reset-password#token=${token}`,
  }),
}
