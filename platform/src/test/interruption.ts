import { ownChildren, signal } from '../system/processes.ts'

export interface Interruption {
  /** True from the first Ctrl-C, SIGTERM or hang-up on. */
  happened(): boolean
  /** Leaves signals to their default again. */
  close(): void
}

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/**
 * Turns the first Ctrl-C (SIGTERM, hang-up) into an end of the command that runs now, so that whoever waits for it
 * goes on to put things away; a second one ends this process as usual.
 */
export function watchInterruption(): Interruption {
  let happened = false
  const end = (name: NodeJS.Signals): void => {
    happened = true
    close()
    console.log(`\n${name}: ending what runs, then what was started for it; again to leave at once`)
    void ownChildren().then((children) => {
      for (const pid of children) {
        // A runner with a group of its own does not hear the terminal, nor do its workers.
        signal(-pid, name)
        signal(pid, name)
      }
    })
  }
  const close = (): void => {
    for (const name of signals) process.off(name, end)
  }
  for (const name of signals) process.on(name, end)
  return { happened: () => happened, close }
}
