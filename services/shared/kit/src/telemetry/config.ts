import { parseConfig, serviceEnvironment, text } from '../config.ts'

const { LOG_LEVEL, OTEL_EXPORTER_OTLP_ENDPOINT } = serviceEnvironment

const fields = {
  LOG_LEVEL,
  OTEL_EXPORTER_OTLP_ENDPOINT,
  OTEL_SERVICE_NAME: text({ default: 'alta' }).describe(
    'Name of the service in traces and logs: its app-id.',
  ),
}

/**
 * Logs and traces begin before a service reads its configuration. Mistakes are passed over here,
 * because that reading lists them and ends the process.
 */
export const telemetryConfig =
  parseConfig(fields, process.env).config ?? parseConfig(fields, {}).config ?? neverWithoutDefaults()

function neverWithoutDefaults(): never {
  throw new Error('every field of telemetry/config.ts needs a default')
}
