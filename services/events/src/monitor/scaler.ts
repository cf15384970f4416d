import { conflict, Problem, unavailable } from '@alta/kit/errors'
import { request } from 'undici'
import { z } from 'zod'

/** Who can start and stop replicas of a service. */
export interface Scaler {
  /**
   * Asks for so many replicas; they come and go in their own time.
   * @returns how many there were before
   * @throws {Problem} 409 when this installation cannot scale, 503 when who could is away
   */
  scale(app: string, replicas: number): Promise<{ before: number }>
}

/** Where nobody can. */
export const noScaler: Scaler = {
  scale: async () => {
    throw conflict('scaling_unavailable', 'Nobody here can start or stop replicas.')
  },
}

const scaled = z.object({ before: z.number().int() })
const refusal = z.looseObject({ code: z.string(), detail: z.string() })

/** By the local runner, which listens on this machine only and wants its token. */
export function runnerScaler(url: string, token: string): Scaler {
  return {
    async scale(app, replicas) {
      const answer = await request(`${url}/services/${encodeURIComponent(app)}/scale`, {
        method: 'POST',
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        body: JSON.stringify({ replicas }),
        headersTimeout: 5_000,
      }).catch((error: unknown) => {
        throw unavailable('runner_unavailable', 'The runner does not answer.', { cause: error })
      })
      const body: unknown = await answer.body.json()
      if (answer.statusCode < 300) return scaled.parse(body)
      const { code, detail } = refusal.parse(body)
      throw new Problem({ status: answer.statusCode, code, detail })
    },
  }
}
