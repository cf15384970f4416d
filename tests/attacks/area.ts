import type { Scene } from './scene.ts'

/** `short`: what `make test` has time for. */
export interface Amount {
  readonly form: 'short' | 'long'
  readonly seed: number
}

export interface Area {
  readonly name: string
  attack(scene: Scene, tally: Tally, amount: Amount): Promise<void>
}

/** What was tried in one area, and what got in. */
export class Tally {
  tries = 0
  readonly breakIns: string[] = []

  /** One attack. @param held false: it got in */
  note(what: string, held: boolean, told: unknown = ''): void {
    this.tries += 1
    if (!held)
      this.breakIns.push(`${what}: ${typeof told === 'string' ? told : JSON.stringify(told)}`.slice(0, 400))
  }
}

/** Runs `work` over all of `items`, as many at once as a gateway sees from one busy client. */
export async function each<Item>(
  items: readonly Item[],
  atOnce: number,
  work: (item: Item) => Promise<void>,
): Promise<void> {
  const waiting = [...items].reverse()
  const worker = async () => {
    for (let item = waiting.pop(); item !== undefined; item = waiting.pop()) await work(item)
  }
  await Promise.all(Array.from({ length: atOnce }, worker))
}
