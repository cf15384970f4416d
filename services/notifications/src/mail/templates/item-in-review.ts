import type { Template } from './template.ts'

export const itemInReview: Template = {
  en: ({ name, title }) => ({
    subject: `In review: ${title}`,
    paragraphs: [
      `Hello ${name},`,
      `“${title}” has been read. Some of it was hard to make out, so a person looks at it before it counts.`,
    ],
    link: 'See the item',
  }),
  fr: ({ name, title }) => ({
    subject: `En relecture : ${title}`,
    paragraphs: [
      `Bonjour ${name},`,
      `« ${title} » a été lu. Certains passages étaient difficiles à déchiffrer : une personne les relit avant validation.`,
    ],
    link: 'Voir l’élément',
  }),
}
