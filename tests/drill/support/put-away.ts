export interface PutAway {
  /** Ends everything that was put on the stack, once, however often it is asked for. */
  end(): Promise<void>
  /** Whether somebody has asked for the end, so that nothing is begun any more. */
  isEnding(): boolean
}

/** What is put away at the end, also after Ctrl-C: servers and services are in groups of their own and do not hear it. */
export function putAway(opened: AsyncDisposableStack): PutAway {
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
  return { end, isEnding: () => ending !== undefined }
}
