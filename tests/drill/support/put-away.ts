/**
 * What is put away at the end, also after Ctrl-C: servers and services are in groups of their own and do not hear it.
 * @returns the end of everything that was put on the stack, once, however often it is asked for
 */
export function putAway(opened: AsyncDisposableStack): () => Promise<void> {
  let ending: Promise<void> | undefined
  const end = () => {
    ending ??= opened.disposeAsync()
    return ending
  }
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.once(signal, () => {
      console.log(`${signal}: putting everything away`)
      void end().finally(() => process.exit(130))
    })
  return end
}
