import { setTimeout as delay } from 'node:timers/promises'
import { orAborted, StatusError } from './status.ts'

/** A message of a type that only the one who started the operation knows. */
type Any = { value?: Uint8Array | string | null } | null | undefined

/** What the `check…Progress` methods of Google's client libraries give. */
interface Look {
  latestResponse: {
    done?: boolean | null
    error?: { code?: number | null; message?: string | null } | null
    response?: Any
    metadata?: Any
  }
}

/**
 * Looks at a long-running operation until it is done; gives its encoded response and metadata.
 * @param pollInterval milliseconds between looks
 * @param seen called with the encoded metadata after each look before the last
 * @throws {StatusError} when the operation failed; whatever a look threw, when only the question failed
 */
export async function finishedOperation(
  look: () => Promise<Look>,
  {
    signal,
    pollInterval,
    seen,
  }: { signal: AbortSignal; pollInterval: number; seen?: (metadata: Uint8Array) => void },
): Promise<{ response: Uint8Array; metadata: Uint8Array }> {
  for (;;) {
    signal.throwIfAborted()
    const { latestResponse } = await orAborted(signal, look())
    if (latestResponse.error) throw new StatusError(latestResponse.error)
    const metadata = bytesOf(latestResponse.metadata)
    if (latestResponse.done) return { response: bytesOf(latestResponse.response), metadata }
    seen?.(metadata)
    // The timer rejects with an error of its own; the signal knows the reason.
    await delay(pollInterval, undefined, { signal }).catch(() => signal.throwIfAborted())
  }
}

const bytesOf = (any: Any): Uint8Array => (any?.value instanceof Uint8Array ? any.value : new Uint8Array())
