import type { TestProject } from 'vitest/node'
import { runPlatform } from './platform.ts'
import { startTraceReceiver } from './trace-receiver.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** `.alta/instances/<name>` of the platform under test. */
    home: string
    /** Where the platform's spans can be read back: GET gives them as JSON. */
    traces: string
  }
}

/** Brings up a platform of its own beside the developer's, with a receiver for its traces, and takes it down again. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const receiver = await startTraceReceiver()
  const platform = runPlatform({ OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url })
  await platform.down()
  await platform.up()
  project.provide('home', platform.home)
  project.provide('traces', receiver.url)
  return async () => {
    await platform.down()
    await receiver.close()
  }
}
