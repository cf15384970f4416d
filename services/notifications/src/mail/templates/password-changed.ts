import type { Template } from './template.ts'

export const passwordChanged: Template = {
  en: ({ name }) => ({
    subject: 'Your password was changed',
    paragraphs: [
      `Hello ${name},`,
      'The password of your account was changed, and whoever else was signed in to it is signed out.',
      'If it was not you, ask for a new password at once, and tell whoever runs Alta for you.',
    ],
    link: 'Open Alta',
  }),
  fr: ({ name }) => ({
    subject: 'Votre mot de passe a été modifié',
    paragraphs: [
      `Bonjour ${name},`,
      'Le mot de passe de votre compte a été modifié, et toutes les autres sessions ont été fermées.',
      'Si ce n’était pas vous, demandez tout de suite un nouveau mot de passe et prévenez la personne qui administre Alta.',
    ],
    link: 'Ouvrir Alta',
  }),
}
