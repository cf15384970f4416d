import type { Template } from './template.ts'

export const welcome: Template = {
  en: ({ name }) => ({
    subject: 'Welcome to Alta',
    paragraphs: [
      `Hello ${name},`,
      'Your account is ready. Create a project, put scans and recordings in, and Alta reads them for you. ' +
        'What it is unsure of waits for your eyes before it counts.',
    ],
    link: 'Open Alta',
  }),
  fr: ({ name }) => ({
    subject: 'Bienvenue sur Alta',
    paragraphs: [
      `Bonjour ${name},`,
      'Votre compte est prêt. Créez un projet, déposez-y des numérisations et des enregistrements : Alta les lit ' +
        'pour vous. Ce dont il doute attend votre relecture avant de compter.',
    ],
    link: 'Ouvrir Alta',
  }),
}
