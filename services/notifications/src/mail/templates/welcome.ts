import type { Template } from './template.ts'

export const welcome: Template = {
  en: ({ name, token }) => ({
    subject: 'Welcome to Alta',
    paragraphs: [
      `Hello ${name},`,
      'Your account is ready. Create a project, put scans and recordings in, and Alta reads them for you. ' +
        'What it is unsure of waits for your eyes before it counts.',
      ...(token
        ? [
            'Please confirm that this is your address. The link works once, within a day.',
            `Without a browser, this is the token: ${token}`,
          ]
        : []),
    ],
    ...(token
      ? { link: 'Confirm the address', path: `/verify-email#token=${token}` }
      : { link: 'Open Alta' }),
  }),
  fr: ({ name, token }) => ({
    subject: 'Bienvenue sur Alta',
    paragraphs: [
      `Bonjour ${name},`,
      'Votre compte est prêt. Créez un projet, déposez-y des numérisations et des enregistrements : Alta les lit ' +
        'pour vous. Ce dont il doute attend votre relecture avant de compter.',
      ...(token
        ? [
            'Merci de confirmer que cette adresse est la vôtre. Le lien est valable une fois, pendant un jour.',
            `Sans navigateur, voici le jeton : ${token}`,
          ]
        : []),
    ],
    ...(token
      ? { link: 'Confirmer l’adresse', path: `/verify-email#token=${token}` }
      : { link: 'Ouvrir Alta' }),
  }),
}
