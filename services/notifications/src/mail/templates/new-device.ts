import type { Parameters, Template } from './template.ts'

/** A release that does not tell where or when has mails that do not either. */
const details = (
  { at = '', address, userAgent }: Parameters,
  say: { when: string; from: string; by: string },
): string =>
  [
    at && `${say.when}: ${at.replace('T', ' ').replace(/\.\d+Z$/, ' UTC')}`,
    address && `${say.from}: ${address}`,
    userAgent && `${say.by}: ${userAgent}`,
  ]
    .filter(Boolean)
    .join('; ')

/** Somebody has shown all that signing in takes, where nobody had before. */
export const newDevice: Template = {
  en: (parameters) => ({
    subject: 'A sign-in from a new place or device',
    paragraphs: [
      `Hello ${parameters.name},`,
      'Somebody has signed in to your account with the right password, from where nobody had before.',
      details(parameters, { when: 'Time', from: 'address', by: 'program' }),
      'If it was you, there is nothing to do. Where you are signed in, and how to end it, is in your account.',
      'If it was not you, choose a new password at once: that signs everybody out.',
    ].filter((paragraph) => paragraph !== ''),
    link: 'Choose a new password',
    path: '/forgotten-password',
  }),
  fr: (parameters) => ({
    subject: 'Une connexion depuis un nouveau lieu ou appareil',
    paragraphs: [
      `Bonjour ${parameters.name},`,
      'Quelqu’un s’est connecté à votre compte avec le bon mot de passe, d’un endroit d’où personne ne l’avait fait.',
      details(parameters, { when: 'Heure', from: 'adresse', by: 'programme' }),
      'Si c’était vous, il n’y a rien à faire. Vos sessions, et comment y mettre fin, figurent dans votre compte.',
      'Si ce n’était pas vous, choisissez tout de suite un nouveau mot de passe : toutes les sessions seront fermées.',
    ].filter((paragraph) => paragraph !== ''),
    link: 'Choisir un nouveau mot de passe',
    path: '/forgotten-password',
  }),
}
