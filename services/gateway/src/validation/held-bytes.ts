/** Room for bodies that are held at once. What they become when they are parsed takes several times as much. */
export function heldBytes(room = 32 * 2 ** 20) {
  let held = 0
  return {
    /** @returns gives the room back; undefined when there is none */
    take(bytes: number): (() => void) | undefined {
      if (held + bytes > room) return undefined
      held += bytes
      return () => {
        held -= bytes
        bytes = 0
      }
    },
  }
}
