import { spawn } from 'node:child_process'
import { join } from 'node:path'
import type { Checkout } from '../checkout.ts'
import { StepFailed } from '../console/steps.ts'
import { openSecrets } from '../secrets.ts'
import { serviceEnvironment } from '../services/environment.ts'
import { readPlaces } from '../supervisor/places.ts'
import { portNames } from '../supervisor/platform-plan.ts'

/**
 * Verifies the audit log with the events service's own program: on the database and its anchors, whether the service
 * runs or not, or an export in a file. The exit code is 0 only when it holds.
 */
export async function verifyAudit(checkout: Checkout, file: string | undefined): Promise<void> {
  const { root, home } = checkout
  const places = await readPlaces(home).catch((error: unknown) => {
    throw new StepFailed('there is no platform here whose audit log could be verified', 'make up', error)
  })
  const env = serviceEnvironment('events', {
    checkout,
    secrets: await openSecrets(checkout),
    places,
    // Nothing listens: the ports only have to be there.
    ports: Object.fromEntries(portNames(['events']).map((name) => [name, 0])),
    gatewayUrl: 'http://localhost',
  })
  const args = ['src/audit/verify.main.ts', ...(file === undefined ? [] : [file])]
  const child = spawn(process.execPath, args, { cwd: join(root, 'services/events'), env, stdio: 'inherit' })
  process.exitCode = await new Promise<number>((resolve) => child.once('exit', (code) => resolve(code ?? 1)))
}
