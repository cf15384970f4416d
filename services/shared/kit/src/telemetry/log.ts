import { isSpanContextValid, trace } from '@opentelemetry/api'
import { type Logger, pino } from 'pino'
import { currentContext } from '../http/request-context.ts'
import { telemetryConfig } from './config.ts'
import { linesTogether } from './lines-together.ts'

const secretFields = [
  'authorization',
  'cookie',
  'password',
  'currentPassword',
  'newPassword',
  'otp',
  'token',
  'accessToken',
  'refreshToken',
  'secret',
  '["dapr-api-token"]',
  '["set-cookie"]',
]

/** Pino's paths match whole depths only: three cover `{ headers }`, `{ req: { headers } }` and the like. */
const redact = secretFields.flatMap((field) => {
  const tail = field.startsWith('[') ? field : `.${field}`
  return [field, `*${tail}`, `*.*${tail}`]
})

/** Each line carries the ids of the request or event and of the trace it belongs to. */
function ids(): Record<string, string> {
  const found: Record<string, string> = {}
  const span = trace.getActiveSpan()?.spanContext()
  if (span && isSpanContextValid(span)) {
    found.trace_id = span.traceId
    found.span_id = span.spanId
  }
  const context = currentContext()
  if (context) found.request_id = context.requestId
  return found
}

/** JSON lines for the person on call. @param write for tests; standard output otherwise */
export function createLog(write?: (line: string) => void): Logger {
  const options = {
    level: telemetryConfig.LOG_LEVEL,
    base: { service: telemetryConfig.OTEL_SERVICE_NAME },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
    redact: { paths: redact, censor: '[redacted]' },
    mixin: ids,
  }
  if (write) return pino(options, { write })
  const output = pino.destination({ dest: 1, sync: true })
  return pino(
    options,
    linesTogether((lines) => void output.write(lines)),
  )
}

/** Standard output belongs to the process, so there is one. */
export const log = createLog()
