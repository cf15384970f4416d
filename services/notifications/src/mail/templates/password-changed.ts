import type { Parameters, Template } from './template.ts'

/** Keys outlive a password unless they are ended with it: whoever reads this has to know which it was. */
const keysOf = ({ keysEnded = '0', keysLeft = '0' }: Parameters, say: { ended: string; left: string }) => [
  ...(keysEnded === '0' ? [] : [`${say.ended}: ${keysEnded}.`]),
  ...(keysLeft === '0' ? [] : [`${say.left}: ${keysLeft}.`]),
]

export const passwordChanged: Template = {
  en: ({ name, ...keys }) => ({
    subject: 'Your password was changed',
    paragraphs: [
      `Hello ${name},`,
      'The password of your account was changed, and whoever else was signed in to it is signed out.',
      ...keysOf(keys, {
        ended: 'API keys of your account that have ended with it',
        left: 'API keys of your account that go on, and that you can end in it',
      }),
      'If it was not you, ask for a new password at once, and tell whoever runs Alta for you.',
    ],
    link: 'Open Alta',
  }),
  fr: ({ name, ...keys }) => ({
    subject: 'Votre mot de passe a été modifié',
    paragraphs: [
      `Bonjour ${name},`,
      'Le mot de passe de votre compte a été modifié, et toutes les autres sessions ont été fermées.',
      ...keysOf(keys, {
        ended: 'Clés d’API de votre compte auxquelles il a été mis fin',
        left: 'Clés d’API de votre compte qui restent valables, et auxquelles vous pouvez mettre fin',
      }),
      'Si ce n’était pas vous, demandez tout de suite un nouveau mot de passe et prévenez la personne qui administre Alta.',
    ],
    link: 'Ouvrir Alta',
  }),
}
