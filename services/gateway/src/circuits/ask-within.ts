import type { InvokeAnswer } from '@alta/kit/dapr/sidecar'
import { refuseForeignFailure } from '../edge/foreign-failure.ts'
import type { Passage } from './circuits.ts'
import { failureOf } from './outcome.ts'

/**
 * Asks an upstream whose circuit has let this in, and tells the circuit what became of it.
 * @param saysNothing of a failure: whether it was the caller's own doing
 * @throws {Problem} as `ask` does, and what {@link refuseForeignFailure} makes of an answer that is not the upstream's
 */
export async function askWithin(
  passage: Passage,
  upstream: string,
  ask: () => Promise<InvokeAnswer>,
  saysNothing: () => boolean = () => false,
): Promise<InvokeAnswer> {
  let answer: InvokeAnswer
  try {
    answer = await ask()
  } catch (error) {
    const failure = saysNothing() ? undefined : failureOf(error)
    await (failure === undefined ? passage.left() : passage.failed(failure))
    throw error
  }
  try {
    await refuseForeignFailure(upstream, answer)
    await passage.succeeded()
  } catch (error) {
    await (answer.status >= 500 ? passage.failed('bad_gateway') : passage.succeeded())
    throw error
  }
  return answer
}
