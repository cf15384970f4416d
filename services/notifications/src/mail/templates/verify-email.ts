import type { Template } from './template.ts'

export const verifyEmail: Template = {
  en: ({ name, token }) => ({
    subject: 'Confirm your address',
    paragraphs: [
      `Hello ${name},`,
      'Please confirm that this is your address. The link works once, within a day.',
      'If you have no account with Alta, somebody has mistyped theirs: leave this mail alone.',
      `Without a browser, this is the token: ${token}`,
    ],
    link: 'Confirm the address',
    path: `/verify-email#token=${token}`,
  }),
  fr: ({ name, token }) => ({
    subject: 'Confirmez votre adresse',
    paragraphs: [
      `Bonjour ${name},`,
      'Merci de confirmer que cette adresse est la vôtre. Le lien est valable une fois, pendant un jour.',
      'Si vous n’avez pas de compte Alta, quelqu’un s’est trompé d’adresse : ignorez ce message.',
      `Sans navigateur, voici le jeton : ${token}`,
    ],
    link: 'Confirmer l’adresse',
    path: `/verify-email#token=${token}`,
  }),
}
