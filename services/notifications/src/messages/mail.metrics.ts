import { registry } from '@alta/kit/telemetry/metrics'
import { Counter, Histogram } from 'prom-client'

/** `sent`, `refused` for good by the mail server, `retried` later, `given_up` after the last attempt. */
export const mails = new Counter({
  name: 'alta_mails_total',
  help: 'Attempts at mails by what came of them',
  labelNames: ['outcome'] as const,
  registers: [registry],
})
export const mailSeconds = new Histogram({
  name: 'alta_mail_send_seconds',
  help: 'Time that the mail server took for a mail, whatever it answered',
  buckets: [0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60],
  registers: [registry],
})

// Shown as 0 from the start: the first failure would otherwise be no increase.
for (const outcome of ['sent', 'refused', 'retried', 'given_up']) mails.inc({ outcome }, 0)
