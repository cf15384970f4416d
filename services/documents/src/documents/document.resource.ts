import { page } from '@alta/contracts/resources/recognition'
import { z } from 'zod'
import { historyEntry, itemSummary } from '../intake/item.resource.ts'

export const documentDetail = itemSummary.extend({
  /** Approved, else as the machine read it; null until something was read. */
  text: z.string().nullable(),
  pageCount: z.number().int(),
  /** Words and their boxes come with each page by itself. */
  pages: z.array(page.omit({ text: true, words: true })),
  history: z.array(historyEntry),
})

export const documentPage = page
