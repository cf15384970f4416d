// Preloaded: node --import @alta/kit/telemetry/register src/main.ts
//
// Set up by hand instead of by the SDK's own starter: that one listens for SIGTERM, which switches off
// Node's exit on it, and looks for cloud metadata servers at start.
import { context, propagation, trace } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { W3CTraceContextPropagator } from '@opentelemetry/core'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http'
import { resourceFromAttributes } from '@opentelemetry/resources'
import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  BatchSpanProcessor,
  TracerProvider,
} from '@opentelemetry/sdk-trace'
import { traceCalls } from './call-spans.ts'
import { telemetryConfig } from './config.ts'

const endpoint = telemetryConfig.OTEL_EXPORTER_OTLP_ENDPOINT

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
    // Without an endpoint a span is its ids and nothing else, which events and logs still need. Neither is parent-based: a
    // sidecar that samples nothing would otherwise switch our traces off.
    sampler: endpoint ? new AlwaysOnSampler() : new AlwaysOffSampler(),
    resource: resourceFromAttributes({ 'service.name': telemetryConfig.OTEL_SERVICE_NAME }),
    spanProcessors,
  }),
)

// Of a request that comes in the span is made where every request begins (http/begin-request.ts).
traceCalls()
