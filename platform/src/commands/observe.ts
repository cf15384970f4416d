import type { Checkout } from '../checkout.ts'
import { line, StepFailed, step } from '../console/steps.ts'
import { ensureBrokerMetrics } from '../observe/broker-metrics.ts'
import { ensurePrometheus, startPrometheus } from '../observe/prometheus.ts'
import { verifyData } from '../observe/verify.ts'
import { openSecrets } from '../secrets.ts'
import { readState } from '../supervisor/state.ts'

/**
 * Prometheus over the running platform, with our rules. `verify`: pushes the samples through meanwhile, asks
 * everything that a panel or a rule asks, and fails when something is empty that should not be.
 */
export async function observe(checkout: Checkout, { verify }: { verify: boolean }): Promise<void> {
  const state = await readState(checkout.home)
  if (!state) throw new StepFailed('there is nothing to observe: the platform does not run', 'make up')
  const address = await step('Prometheus', async (say) => {
    const binary = await ensurePrometheus(checkout, say)
    await ensureBrokerMetrics(checkout, say)
    return startPrometheus(checkout, binary, state, say)
  })
  line('Prometheus', `${address}/alerts · ${address}/targets`)
  line('traces', 'set OTEL_EXPORTER_OTLP_ENDPOINT in .env to a collector (OTLP over HTTP), then make up')
  if (!verify) return
  const secrets = await openSecrets(checkout)
  const complete = await step('data', (say) =>
    verifyData({ checkout, secrets, gatewayUrl: state.gatewayUrl, address, say }),
  )
  if (!complete) process.exitCode = 1
}
