import { Histogram } from 'prom-client'
import { registry } from '../telemetry/metrics.ts'

/**
 * What the engine itself thinks of each result. A canary of a worker is held against the stable version by it: the same
 * files, read worse, show here before anybody complains.
 */
export const confidences = new Histogram({
  name: 'alta_recognition_confidence_ratio',
  help: 'How sure the engine is of a whole result, 0 to 1',
  buckets: [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 1],
  registers: [registry],
})
