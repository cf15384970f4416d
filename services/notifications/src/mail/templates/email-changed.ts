import type { Template } from './template.ts'

export const emailChanged: Template = {
  en: ({ name, newEmail }) => ({
    subject: 'Your account has another address now',
    paragraphs: [
      `Hello ${name},`,
      `Your account has the address ${newEmail} from now on. This one no longer belongs to it, and this is the last mail that it gets.`,
      'If it was not you, tell whoever runs Alta for you at once.',
    ],
    link: 'Open Alta',
  }),
  fr: ({ name, newEmail }) => ({
    subject: 'Votre compte a une nouvelle adresse',
    paragraphs: [
      `Bonjour ${name},`,
      `Votre compte porte désormais l’adresse ${newEmail}. Celle-ci ne lui appartient plus, et ce message est le dernier qu’elle reçoit.`,
      'Si ce n’était pas vous, prévenez tout de suite la personne qui administre Alta.',
    ],
    link: 'Ouvrir Alta',
  }),
}
