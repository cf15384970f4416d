import { segment } from '@alta/contracts/resources/recognition'
import { z } from 'zod'
import { historyEntry, itemSummary } from '../intake/item.resource.ts'

export const voiceSampleDetail = itemSummary.extend({
  /** Approved, else as the machine heard it; null until something was heard. */
  transcript: z.string().nullable(),
  /** Seconds. */
  duration: z.number().nullable(),
  segments: z.array(segment),
  history: z.array(historyEntry),
})
