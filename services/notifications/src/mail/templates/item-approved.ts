import type { Template } from './template.ts'

export const itemApproved: Template = {
  en: ({ name, title }) => ({
    subject: `Approved: ${title}`,
    paragraphs: [`Hello ${name},`, `“${title}” has been read and approved. Its text is ready.`],
    link: 'Read the text',
  }),
  fr: ({ name, title }) => ({
    subject: `Approuvé : ${title}`,
    paragraphs: [`Bonjour ${name},`, `« ${title} » a été lu et approuvé. Son texte est prêt.`],
    link: 'Lire le texte',
  }),
}
