import type { Template } from './template.ts'

export const itemRejected: Template = {
  en: ({ name, title, reason }) => ({
    subject: `Rejected: ${title}`,
    paragraphs: [
      `Hello ${name},`,
      `“${title}” was rejected in review. The file is kept.`,
      ...(reason ? [`Reason given: ${reason}`] : []),
    ],
    link: 'See the item',
  }),
  fr: ({ name, title, reason }) => ({
    subject: `Rejeté : ${title}`,
    paragraphs: [
      `Bonjour ${name},`,
      `« ${title} » a été rejeté à la relecture. Le fichier est conservé.`,
      ...(reason ? [`Motif indiqué : ${reason}`] : []),
    ],
    link: 'Voir l’élément',
  }),
}
