import { registry } from '@alta/kit/telemetry/metrics'
import { Counter } from 'prom-client'

/** Counted page by page, so that a long document is seen to go on. */
export const pagesRead = new Counter({
  name: 'alta_ocr_pages_total',
  help: 'Pages read: by the engine, or from a sound text layer of the file',
  labelNames: ['by'] as const,
  registers: [registry],
})

// Shown as 0 from the start: Prometheus sees no increase in a series that begins with its first event.
for (const by of ['engine', 'text_layer']) pagesRead.inc({ by }, 0)
