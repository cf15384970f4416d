export interface LineWriter {
  write(line: string): void
  /** For who ends the process without saying so first. */
  flushSync(): void
}

/**
 * Writes the lines of one turn of the event loop at once: a call of the system costs more than making a line does. A
 * process that ends writes what is left; one that is killed loses the lines of its last turn.
 */
export function linesTogether(write: (lines: string) => void): LineWriter {
  let waiting = ''
  function flushSync(): void {
    const lines = waiting
    waiting = ''
    if (lines !== '') write(lines)
  }
  process.on('exit', flushSync)
  return {
    write(line) {
      if (waiting === '') setImmediate(flushSync)
      waiting += line
      // Whoever writes for long without a pause.
      if (waiting.length > 64 * 1024) flushSync()
    },
    flushSync,
  }
}
