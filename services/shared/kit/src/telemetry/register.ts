// Preloaded: node --import @alta/kit/telemetry/register src/main.ts
//
// Set up by hand instead of by the SDK's own starter: that one listens for SIGTERM, which switches off
// Node's exit on it, and looks for cloud metadata servers at start.
import { context, propagation, trace } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { W3CTraceContextPropagator } from '@opentelemetry/core'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http'
import { registerInstrumentations } from '@opentelemetry/instrumentation'
import { HttpInstrumentation } from '@opentelemetry/instrumentation-http'
import { UndiciInstrumentation } from '@opentelemetry/instrumentation-undici'
import { resourceFromAttributes } from '@opentelemetry/resources'
import { AlwaysOnSampler, BatchSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace'
import { telemetryConfig } from './config.ts'

const endpoint = telemetryConfig.OTEL_EXPORTER_OTLP_ENDPOINT

// Without an endpoint spans are made and dropped: events and logs still need their ids.
const spanProcessors = endpoint
  ? [
      new BatchSpanProcessor({
        exporter: new OTLPTraceExporter({ url: `${endpoint.replace(/\/$/, '')}/v1/traces` }),
        scheduledDelayMillis: 1000,
      }),
    ]
  : []

context.setGlobalContextManager(new AsyncLocalStorageContextManager())
propagation.setGlobalPropagator(new W3CTraceContextPropagator())
trace.setGlobalTracerProvider(
  new TracerProvider({
    // Not parent-based: a sidecar that samples nothing would otherwise switch our traces off.
    sampler: new AlwaysOnSampler(),
    resource: resourceFromAttributes({ 'service.name': telemetryConfig.OTEL_SERVICE_NAME }),
    spanProcessors,
  }),
)

const quietPaths = /^\/(health|metrics|healthz|v1\.0\/healthz)/

registerInstrumentations({
  instrumentations: [
    new HttpInstrumentation({
      // Outgoing calls are undici's; the exporter's own would otherwise be traced too.
      disableOutgoingRequestInstrumentation: true,
      ignoreIncomingRequestHook: ({ url = '' }) => quietPaths.test(url),
    }),
    new UndiciInstrumentation({ ignoreRequestHook: ({ path }) => quietPaths.test(path) }),
  ],
})
