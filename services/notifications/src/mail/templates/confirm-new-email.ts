import type { Template } from './template.ts'

export const confirmNewEmail: Template = {
  en: ({ name, token }) => ({
    subject: 'Confirm your new address',
    paragraphs: [
      `Hello ${name},`,
      'Your account is to have this address from now on. It counts once you have confirmed it: the link works once, within a day.',
      'If you did not ask for it, leave this mail alone and nothing changes.',
      `Without a browser, this is the token: ${token}`,
    ],
    link: 'Confirm the new address',
    path: `/confirm-email#token=${token}`,
  }),
  fr: ({ name, token }) => ({
    subject: 'Confirmez votre nouvelle adresse',
    paragraphs: [
      `Bonjour ${name},`,
      'Votre compte doit désormais porter cette adresse. Elle compte dès que vous l’avez confirmée : le lien est valable une fois, pendant un jour.',
      'Si vous ne l’avez pas demandé, ignorez ce message et rien ne change.',
      `Sans navigateur, voici le jeton : ${token}`,
    ],
    link: 'Confirmer la nouvelle adresse',
    path: `/confirm-email#token=${token}`,
  }),
}
