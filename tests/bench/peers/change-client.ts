import { eventually } from '@alta/kit/testing/wait'
import { Agent, request } from 'undici'

export interface ChangeClient extends AsyncDisposable {
  commit(ids: readonly string[]): Promise<number[]>
}

/** Speaks to a sender of any language; back when it answers. */
export async function changeClient(port: number, alive: () => Promise<void>): Promise<ChangeClient> {
  const dispatcher = new Agent({ connections: 64 })
  async function commit(ids: readonly string[]): Promise<number[]> {
    const { statusCode, body } = await request(`http://127.0.0.1:${port}/changes`, {
      dispatcher,
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(ids),
    })
    const answer = await body.text()
    if (statusCode !== 200) throw new Error(`the sender answered ${statusCode}: ${answer}`)
    return JSON.parse(answer)
  }
  await eventually(
    'the sender answers',
    async () => {
      await alive()
      return (await commit([])).length === 0
    },
    60,
  )
  return { commit, [Symbol.asyncDispose]: () => dispatcher.destroy() }
}
