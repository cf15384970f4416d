import i18next from 'i18next'
import { useEffect, useSyncExternalStore } from 'react'
import { currentLanguage } from '../text.ts'
import type { Refusal } from './words.ts'

/** Why an item has failed, as the API says it. */
export interface ItemFailure {
  readonly code: string
  readonly message: string
  /** What somebody can do now. */
  readonly action: string
}

/** What the API refuses and what has failed, in the reader's language. */
export interface Wording {
  ofProblem(problem: Refusal): string
  /** @param message of one of a problem's `errors` */
  ofFault(message: string): string
  ofItem(failure: ItemFailure): Pick<ItemFailure, 'message' | 'action'>
}

/** The API's own words, which are English. */
export const asTheyCome: Wording = {
  ofProblem: ({ message }) => message,
  ofFault: (message) => message,
  ofItem: (failure) => failure,
}

let french: Wording | undefined
let isAsked = false
const watchers = new Set<() => void>()

/** Once; again for what is shown next when it did not come, as without a connection. */
async function fetchFrench(): Promise<void> {
  if (isAsked) return
  isAsked = true
  try {
    french = (await import('./french.ts')).french
    for (const watcher of watchers) watcher()
  } catch {
    isAsked = false
  }
}

const now = (): Wording => (currentLanguage() === 'fr' ? (french ?? asTheyCome) : asTheyCome)

function watch(watcher: () => void): () => void {
  watchers.add(watcher)
  i18next.on('languageChanged', watcher)
  return () => {
    watchers.delete(watcher)
    i18next.off('languageChanged', watcher)
  }
}

/** Says it as it is said at that moment, for what is told may have been asked before the words had come. */
const wording: Wording = {
  ofProblem: (problem) => now().ofProblem(problem),
  ofFault: (message) => now().ofFault(message),
  ofItem: (failure) => now().ofItem(failure),
}

/**
 * The French words are a file of their own, which nobody who reads English loads. Until it is there the API's words
 * stand in, and what is on the screen turns French when it comes.
 */
export function useWording(): Wording {
  useSyncExternalStore(watch, now)
  const language = currentLanguage()
  useEffect(() => {
    if (language === 'fr') void fetchFrench()
  }, [language])
  return wording
}
