import { answer, api } from '../api/api.ts'
import { queries } from '../api/queries.ts'
import { askAgain } from './ask-again.ts'

/** What the socket tells: that something has changed, never its content (docs/live.md). */
export interface Change {
  readonly at: string
  readonly kind: 'document' | 'voice' | 'review' | 'project' | 'task'
  readonly id: string
  readonly change: string
  readonly projectId?: string
  readonly subject?: string
}

type Message =
  | ({ readonly type: 'change' } & Change)
  | { readonly type: 'ready' | 'renewed'; readonly at?: string; readonly expiresAt: string }
  | { readonly type: 'refresh' | 'position'; readonly at: string }
  | { readonly type: 'reconnect'; readonly afterMs: number }
  | { readonly type: 'error'; readonly code: string }

export type LiveState = 'connecting' | 'live' | 'away'

const resources: Record<Change['kind'], string> = {
  document: 'documents',
  voice: 'voice-samples',
  review: 'reviews',
  project: 'projects',
  task: 'tasks',
}

const told = new Set(Object.values(resources))

const listeners = new Set<(change: Change) => void>()
const watchers = new Set<() => void>()
let state: LiveState = 'away'

/** For pages that do more with a change than to show what is new. @returns what ends it */
export function onChange(listener: (change: Change) => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

/** For `useSyncExternalStore`. */
export const liveState = {
  subscribe(watcher: () => void): () => void {
    watchers.add(watcher)
    return () => watchers.delete(watcher)
  },
  current: (): LiveState => state,
}

function become(next: LiveState): void {
  if (next === state) return
  state = next
  for (const watcher of watchers) watcher()
}

/**
 * Keeps one connection for as long as somebody is signed in, comes back after losses with what was missed, and asks
 * for what is on the screen again when it has changed.
 * @returns what ends it
 */
export function followChanges(): () => void {
  let socket: WebSocket | undefined
  let timer: ReturnType<typeof setTimeout> | undefined
  let renewal: ReturnType<typeof setTimeout> | undefined
  let last: string | undefined
  let failures = 0
  let isOver = false

  const later = (ms: number) => {
    clearTimeout(timer)
    if (!isOver) timer = setTimeout(open, ms)
  }

  async function open(): Promise<void> {
    become('connecting')
    let ticket: string
    try {
      ticket = await newTicket()
    } catch {
      // Signed out, or away; whoever sends the next request hears which.
      become('away')
      failures += 1
      later(pause(failures))
      return
    }
    if (isOver) return
    const url = new URL('/api/v1/notifications/live', window.location.href)
    url.protocol = url.protocol.replace('http', 'ws')
    if (last) url.searchParams.set('after', last)
    const opened = new WebSocket(url, ['alta.live.v1', `ticket.${ticket}`])
    socket = opened
    opened.addEventListener('message', ({ data }) => read(JSON.parse(String(data)) as Message))
    opened.addEventListener('close', () => {
      if (opened !== socket) return
      clearTimeout(renewal)
      become('away')
      failures += 1
      later(pause(failures))
    })
  }

  function read(message: Message): void {
    // What was asked for before the first connection listened may have changed since.
    if (message.type === 'ready' && last === undefined) {
      void queries.invalidateQueries({ predicate: ({ queryKey: [first] }) => told.has(String(first)) })
    }
    if ('at' in message && message.at) last = message.at
    if (message.type === 'ready' || message.type === 'renewed') {
      if (message.type === 'ready') become('live')
      failures = 0
      clearTimeout(renewal)
      const left = Date.parse(message.expiresAt) - Date.now()
      renewal = setTimeout(renew, Math.max(5_000, left - 60_000))
    } else if (message.type === 'change') {
      askAgain(resources[message.kind], message.id)
      for (const listener of listeners) listener(message)
    } else if (message.type === 'refresh') {
      void queries.invalidateQueries()
    } else if (message.type === 'reconnect') {
      later(message.afterMs)
    }
  }

  async function renew(): Promise<void> {
    const ticket = await newTicket().catch(() => undefined)
    // Another connection may be opening by now, and takes nothing yet; it has a ticket of its own.
    if (ticket && socket?.readyState === WebSocket.OPEN)
      socket.send(JSON.stringify({ type: 'renew', ticket }))
  }

  const comeBack = () => {
    if (state === 'away') later(0)
  }
  /** A connection without a network hears of its end only after half a minute. */
  const leave = () => {
    const left = socket
    socket = undefined
    left?.close()
    clearTimeout(renewal)
    become('away')
  }
  window.addEventListener('online', comeBack)
  window.addEventListener('offline', leave)
  void open()
  return () => {
    isOver = true
    clearTimeout(timer)
    clearTimeout(renewal)
    window.removeEventListener('online', comeBack)
    window.removeEventListener('offline', leave)
    socket?.close()
    become('away')
  }
}

const newTicket = async (): Promise<string> =>
  (await answer(api.POST('/api/v1/notifications/tickets'))).ticket

/** Milliseconds, doubled each time, never the same for everybody who was cut off at once. */
const pause = (failures: number): number => Math.min(30_000, 250 * 2 ** failures) * (0.5 + Math.random() / 2)
