import { newDevice } from './new-device.ts'
import type { Template } from './template.ts'

type Words = Readonly<Record<string, { subject: string; what: string }>>

const english: Words = {
  'second-factor-added': {
    subject: 'Signing in takes a code now',
    what: 'An authenticator app was set up for your account, and whoever else was signed in to it is signed out.',
  },
  'second-factor-removed': {
    subject: 'Signing in takes no code any more',
    what: 'The authenticator app of your account was removed: the password alone is enough now.',
  },
  'second-factor-removed-for-you': {
    subject: 'Signing in takes no code any more',
    what: 'An administrator has removed the authenticator app of your account. You are signed out everywhere, and the password alone is enough to sign in. Set an app up again.',
  },
  'recovery-code-used': {
    subject: 'A recovery code was used',
    what: 'A recovery code of your account was used in place of the authenticator app.',
  },
  'recovery-codes-renewed': {
    subject: 'Your account has other recovery codes',
    what: 'Recovery codes of your account were made anew; the earlier ones work no more.',
  },
  'api-key-made': {
    subject: 'A key to your account was made',
    what: 'A key was made by which a program can act for you. You see all of them, and end them, in your account.',
  },
}

const french: Words = {
  'second-factor-added': {
    subject: 'La connexion demande désormais un code',
    what: 'Une application d’authentification a été associée à votre compte, et toutes les autres sessions ont été fermées.',
  },
  'second-factor-removed': {
    subject: 'La connexion ne demande plus de code',
    what: 'L’application d’authentification de votre compte a été retirée : le mot de passe seul suffit désormais.',
  },
  'second-factor-removed-for-you': {
    subject: 'La connexion ne demande plus de code',
    what: 'La personne qui administre Alta a retiré l’application d’authentification de votre compte. Toutes vos sessions ont été fermées et le mot de passe seul suffit pour vous connecter. Associez de nouveau une application.',
  },
  'recovery-code-used': {
    subject: 'Un code de secours a été utilisé',
    what: 'Un code de secours de votre compte a été utilisé à la place de l’application d’authentification.',
  },
  'recovery-codes-renewed': {
    subject: 'Votre compte a de nouveaux codes de secours',
    what: 'De nouveaux codes de secours ont été créés pour votre compte ; les précédents ne fonctionnent plus.',
  },
  'api-key-made': {
    subject: 'Une clé de votre compte a été créée',
    what: 'Une clé a été créée, avec laquelle un programme peut agir pour vous. Vous les voyez toutes dans votre compte et pouvez y mettre fin.',
  },
}

/** What a release that is newer than this one tells of, and this one has no words for. */
const somethingElse = {
  en: { subject: 'Your account was changed', what: 'The security settings of your account were changed.' },
  fr: {
    subject: 'Votre compte a été modifié',
    what: 'Les paramètres de sécurité de votre compte ont été modifiés.',
  },
}

/** Somebody who can sign in has changed how: the owner hears of it, in case it was not them. */
export const accountChanged: Template = {
  en: ({ change = '', ...parameters }) => {
    if (change === 'new-device') return newDevice.en(parameters)
    const { name } = parameters
    const { subject, what } = english[change] ?? somethingElse.en
    return {
      subject,
      paragraphs: [
        `Hello ${name},`,
        what,
        'If it was not you, choose a new password at once, and tell whoever runs Alta for you.',
      ],
      link: 'Open Alta',
    }
  },
  fr: ({ change = '', ...parameters }) => {
    if (change === 'new-device') return newDevice.fr(parameters)
    const { name } = parameters
    const { subject, what } = french[change] ?? somethingElse.fr
    return {
      subject,
      paragraphs: [
        `Bonjour ${name},`,
        what,
        'Si ce n’était pas vous, choisissez tout de suite un nouveau mot de passe et prévenez la personne qui administre Alta.',
      ],
      link: 'Ouvrir Alta',
    }
  },
}
