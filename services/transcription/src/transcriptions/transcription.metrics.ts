import { registry } from '@alta/kit/telemetry/metrics'
import { Counter } from 'prom-client'

export const audioHeard = new Counter({
  name: 'alta_transcription_audio_seconds_total',
  help: 'Length of the recordings that were transcribed',
  registers: [registry],
})
