import { Upload as Tus } from 'tus-js-client'
import { alone, heldNames } from '../api/locks.ts'
import { Problem } from '../api/problem.ts'
import { queries } from '../api/queries.ts'
import { renewSession } from '../api/send.ts'
import { meQuery } from '../session/session.ts'
import { kindOfFile } from './file-kind.ts'
import { allRemembered, forget, isSameFile, type Remembered, remember } from './remembered.ts'
import { outcomeOnServer, problemOfUpload, stateOnServer } from './server-state.ts'
import { isOver, isUnderWay, type Upload } from './upload.ts'

/** More would only share the same line, and a mistake would be seen later. */
const AT_ONCE = 3
const PART = 8 * 2 ** 20
/** Milliseconds after which a broken connection is tried again when the browser does not say that it is back. */
const AWAY = 10_000

interface Running {
  readonly file: File
  tus?: Tus
  url?: string | undefined
  release?: () => void
}

let uploads: readonly Upload[] = []
const running = new Map<number, Running>()
const watchers = new Set<() => void>()
let next = 0
/** Whose these are: another person may sign in without the page being loaded anew. */
let owner = ''

/** Everything that was begun in this tab, or lost by a reload of one; for `useSyncExternalStore`. */
export const uploadStore = {
  subscribe(watcher: () => void): () => void {
    watchers.add(watcher)
    return () => watchers.delete(watcher)
  },
  current: (): readonly Upload[] => uploads,
}

function become(changed: readonly Upload[]): void {
  uploads = changed
  for (const watcher of watchers) watcher()
}

const change = (id: number, fields: Partial<Upload>): void =>
  become(uploads.map((each) => (each.id === id ? { ...each, ...fields } : each)))

const stateOf = (id: number) => uploads.find((each) => each.id === id)?.state

/** Takes files into a project; what was interrupted there with the same file goes on. */
export function addFiles(projectId: string, files: readonly File[]): void {
  belongToWhoIsHere()
  for (const file of files) {
    const lost = uploads.find(
      (each) => each.projectId === projectId && each.state === 'lost' && matches(each, file),
    )
    if (lost) {
      goOnWith(lost.id, file)
      continue
    }
    const kind = kindOfFile(file)
    const id = next++
    const of = { id, projectId, name: file.name, size: file.size, sent: 0, kind }
    become([...uploads, kind ? { ...of, state: 'waiting' } : { ...of, state: 'failed', problem: 'type' }])
    if (kind) running.set(id, { file })
  }
  startNext()
}

const lostUrls = new Map<number, Remembered>()
const matches = (upload: Upload, file: File): boolean => {
  const known = lostUrls.get(upload.id)
  return known !== undefined && isSameFile(known, file)
}

/** @returns false when this is another file than the one that was being sent */
export function goOnWith(id: number, file: File): boolean {
  const known = lostUrls.get(id)
  if (!known || known.name !== file.name || known.size !== file.size) return false
  running.set(id, { file, url: known.url })
  lostUrls.delete(id)
  change(id, { state: 'waiting', kind: kindOfFile(file) })
  startNext()
  return true
}

export async function pause(id: number): Promise<void> {
  change(id, { state: 'paused' })
  await running.get(id)?.tus?.abort()
  startNext()
}

/** Of what was paused, or has failed. */
export function resume(id: number): void {
  if (!running.has(id)) return
  change(id, { state: 'waiting' })
  startNext()
}

/** Ends it and has the server drop what had come. */
export async function cancel(id: number): Promise<void> {
  const run = running.get(id)
  const url = run?.tus?.url ?? run?.url ?? lostUrls.get(id)?.url
  dismiss(id)
  await run?.tus?.abort()
  if (url) {
    forget(owner, url)
    // It expires there by itself, should nobody hear of it.
    await Tus.terminate(url, { retryDelays: [0, 2_000] }).catch(() => undefined)
  }
  startNext()
}

/** Takes its line away. */
export function dismiss(id: number): void {
  running.get(id)?.release?.()
  running.delete(id)
  lostUrls.delete(id)
  become(uploads.filter((each) => each.id !== id))
}

export function dismissAll(): void {
  for (const upload of uploads) if (isOver(upload)) dismiss(upload.id)
}

/** Ends all that is on its way, and the list; what has come of it expires on the server. */
export function stopAll(): void {
  const begun = [...running.values()]
  running.clear()
  lostUrls.clear()
  become([])
  for (const { tus, release } of begun) {
    void tus?.abort()
    release?.()
  }
}

function startNext(): void {
  let free = AT_ONCE - uploads.filter(({ state }) => state === 'sending').length
  for (const { id, state } of uploads) {
    if (free <= 0) return
    if (state !== 'waiting' || !running.has(id)) continue
    free--
    void start(id)
  }
}

async function start(id: number): Promise<void> {
  const run = running.get(id)
  const upload = uploads.find((each) => each.id === id)
  if (!run || !upload) return
  change(id, { state: 'sending' })
  if (run.tus) {
    run.tus.start()
    return
  }
  const { projectId, kind } = upload
  const { file } = run
  const { name, size, lastModified } = file
  run.tus = new Tus(file, {
    // Whole, as what the library makes of the address of an answer is kept.
    endpoint: `${window.location.origin}/api/v1/projects/${projectId}/uploads`,
    ...(run.url ? { uploadUrl: run.url } : {}),
    chunkSize: PART,
    storeFingerprintForResuming: false,
    retryDelays: [500, 1_500, 4_000],
    metadata: { filename: name, filetype: file.type, kind: kind ?? 'document' },
    onShouldRetry: ({ originalResponse }) => {
      const status = originalResponse?.getStatus() ?? 0
      return navigator.onLine && (status === 0 || status === 409 || status === 429 || status >= 500)
    },
    onUploadUrlAvailable: () => {
      const url = run.tus?.url
      if (!url) return
      run.url = url
      remember(owner, { url, projectId, name, size, lastModified })
      holdLock(run, url)
    },
    onProgress: (sent) => change(id, { sent }),
    onSuccess: () => void finish(id, run),
    onError: (error) => void fail(id, run, error),
  })
  run.tus.start()
}

async function finish(id: number, run: Running): Promise<void> {
  const url = run.tus?.url
  const upload = uploads.find((each) => each.id === id)
  if (!url || !upload) return
  try {
    const told = await outcomeOnServer(upload.projectId, url)
    forget(owner, url)
    run.release?.()
    if (told.outcome === 'refused' && told.problem) {
      const { status, code, detail } = told.problem
      change(id, { state: 'failed', problem: new Problem({ status, code, detail }) })
    } else {
      change(id, {
        ...{ state: told.outcome === 'duplicate' ? 'duplicate' : 'done', sent: upload.size, kind: told.kind },
        ...(told.itemId ? { itemId: told.itemId } : {}),
      })
      running.delete(id)
      void queries.invalidateQueries({ queryKey: ['items', upload.projectId] })
    }
  } catch (error) {
    await fail(id, run, error)
  }
  startNext()
}

async function fail(id: number, run: Running, error: unknown): Promise<void> {
  if (stateOf(id) === 'paused' || stateOf(id) === undefined) return
  const problem = await problemOfUpload(error)
  if (problem.status === 401 && (await renewSession().catch(() => false))) {
    change(id, { state: 'waiting' })
  } else if (problem.status === 0 || problem.status === 429 || problem.status >= 500) {
    change(id, { state: 'away' })
    setTimeout(comeBack, AWAY)
  } else {
    const url = run.tus?.url
    if (url && problem.status !== 401) forget(owner, url)
    run.release?.()
    delete run.tus
    delete run.url
    change(id, { state: 'failed', problem })
  }
  startNext()
}

function comeBack(): void {
  if (!navigator.onLine) return
  become(uploads.map((each) => (each.state === 'away' ? { ...each, state: 'waiting' } : each)))
  startNext()
}

/** Held for as long as a tab sends, so that another one does not offer to go on with it. */
function holdLock(run: Running, url: string): void {
  if (run.release) return
  void alone(
    `alta-upload ${url}`,
    () =>
      new Promise<void>((release) => {
        run.release = release
      }),
  )
}

/** Lists what a reload interrupted, with how far the server has it. @returns what ends the watching */
export function watchUploads(): () => void {
  belongToWhoIsHere()
  void findLost()
  const warn = (event: BeforeUnloadEvent) => {
    if (uploads.some(isUnderWay)) event.preventDefault()
  }
  window.addEventListener('online', comeBack)
  window.addEventListener('beforeunload', warn)
  return () => {
    window.removeEventListener('online', comeBack)
    window.removeEventListener('beforeunload', warn)
  }
}

/** What somebody else has begun in this tab ends, and is not shown. */
function belongToWhoIsHere(): void {
  const { id = '' } = queries.getQueryData(meQuery.queryKey) ?? {}
  if (id === owner) return
  owner = id
  stopAll()
}

/** Addresses that are being looked up: a second look beside the first finds nothing anew. */
const sought = new Set<string>()

async function findLost(): Promise<void> {
  const held = await heldNames()
  for (const known of allRemembered(owner)) {
    const { url, projectId, name, size } = known
    const isListed = [...lostUrls.values()].some((each) => each.url === url)
    if (held.has(`alta-upload ${url}`) || sought.has(url) || isListed) continue
    sought.add(url)
    try {
      const told = await stateOnServer(projectId, url)
      if (told.outcome) forget(owner, url)
      else {
        const id = next++
        lostUrls.set(id, known)
        become([
          ...uploads,
          { id, projectId, name, size, sent: told.received, state: 'lost', kind: told.kind },
        ])
      }
    } catch (error) {
      // Expired, or somebody else's who signed in here before.
      if (error instanceof Problem && [403, 404, 410].includes(error.status)) forget(owner, url)
    } finally {
      sought.delete(url)
    }
  }
}
