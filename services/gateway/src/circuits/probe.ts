import type { Sidecar } from '@alta/kit/dapr/sidecar'
import { leaveUnread } from '../edge/unread-answer.ts'
import type { Circuits } from './circuits.ts'
import { failureOf } from './outcome.ts'

/**
 * Tries whether a service is back by a question of the gateway's own, which ends when the gateway says so. It is asked
 * for an upload that was refused: where nothing but uploads comes, nobody else would ever close the circuit. Takes the
 * place of a trial, and does nothing where there is none.
 */
export function probeThrough(sidecar: Sidecar, circuits: Circuits, timeoutMs: number) {
  return async (upstream: string): Promise<void> => {
    if (circuits.isShut(upstream)) return
    // A refusal means that both places are taken: whoever has them finds out as well.
    const passage = await circuits.enter(upstream).catch(() => undefined)
    if (!passage) return
    try {
      const { headers, body } = await sidecar.invoke(upstream, '/health', { timeoutMs })
      leaveUnread(body)
      // Whatever a service says of itself: it is there. What is no report comes from somewhere on the way.
      const isReport = String(headers['content-type']).startsWith('application/json')
      await (isReport ? passage.succeeded() : passage.failed('bad_gateway'))
    } catch (error) {
      const failure = failureOf(error)
      await (failure === undefined ? passage.left() : passage.failed(failure))
    }
  }
}
