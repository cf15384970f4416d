import { json } from 'node:stream/consumers'
import type { Sidecar } from '@alta/kit/dapr/sidecar'
import { log } from '@alta/kit/telemetry/log'
import { type OpenApiDocument, openApiDocument } from './openapi-document.ts'

export interface ServiceDocuments {
  /** Those that were ever had, by app-id. */
  known(): ReadonlyMap<string, OpenApiDocument>
  /** Services that did not answer when they were last asked. */
  missing(): string[]
  /** Asks every service again. */
  refresh(): Promise<void>
  /** Asks those that did not answer. */
  refreshMissing(): Promise<void>
}

const patience = 3_000

/** The OpenAPI documents of the services. One that goes away leaves its last document behind. */
export function serviceDocuments(sidecar: Sidecar, appIds: readonly string[]): ServiceDocuments {
  const documents = new Map<string, OpenApiDocument>()
  const missing = new Set(appIds)
  const asking = new Map<string, Promise<void>>()

  async function ask(appId: string): Promise<void> {
    try {
      const answer = await sidecar.invoke(appId, '/openapi.json', { timeoutMs: patience })
      const body = await json(answer.body)
      if (answer.status !== 200) throw new Error(`answered ${answer.status}`)
      const document = openApiDocument.parse(body)
      documents.set(appId, document)
      if (missing.delete(appId)) log.info({ appId }, 'has the API document of a service')
    } catch (error) {
      if (!missing.has(appId)) log.warn({ err: error, appId }, 'a service does not give its API document')
      missing.add(appId)
    }
  }

  function askOnce(appId: string): Promise<void> {
    const known = asking.get(appId)
    if (known) return known
    const asked = ask(appId).finally(() => asking.delete(appId))
    asking.set(appId, asked)
    return asked
  }

  const askAll = async (ids: Iterable<string>): Promise<void> => {
    await Promise.all([...ids].map(askOnce))
  }

  return {
    known: () => new Map([...documents].sort(([one], [other]) => one.localeCompare(other))),
    missing: () => [...missing].sort(),
    refresh: () => askAll(appIds),
    refreshMissing: () => askAll(missing),
  }
}
