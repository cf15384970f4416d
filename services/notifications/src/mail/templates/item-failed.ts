import type { Template } from './template.ts'

export const itemFailed: Template = {
  en: ({ name, title, detail, code }) => ({
    subject: `Could not be read: ${title}`,
    paragraphs: [
      `Hello ${name},`,
      `“${title}” could not be read. The file is kept, and you can have it read again.`,
      ...(detail || code ? [`What happened: ${detail || code}`] : []),
    ],
    link: 'See the item',
  }),
  fr: ({ name, title, detail, code }) => ({
    subject: `Lecture impossible : ${title}`,
    paragraphs: [
      `Bonjour ${name},`,
      `« ${title} » n’a pas pu être lu. Le fichier est conservé et vous pouvez relancer la lecture.`,
      ...(detail || code ? [`Détail : ${detail || code}`] : []),
    ],
    link: 'Voir l’élément',
  }),
}
