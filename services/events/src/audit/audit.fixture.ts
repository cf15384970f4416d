import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { auditRecorded } from '@alta/contracts/events/audit-recorded.v1'
import type { AuditEntry } from '@alta/contracts/resources/audit'
import { auditRecorder } from '@alta/kit/audit/audit-recorder'
import { permissionsOf } from '@alta/kit/auth/permissions'
import type { Principal } from '@alta/kit/auth/principal'
import { filesEnvironment, parseConfig } from '@alta/kit/config'
import { DEFAULT_TENANT } from '@alta/kit/database/tenant'
import { on } from '@alta/kit/events/handlers'
import { startApp } from '@alta/kit/http/app-under-test'
import { randomUUIDv7 } from '@alta/kit/identifiers'
import { openNamedFiles } from '@alta/kit/storage/named-files'
import { createTestDatabase } from '@alta/kit/testing/database'
import { deliverTo, emitted, eventOf } from '@alta/kit/testing/deliver'
import type { Person } from '@alta/kit/testing/person'
import type { EventsSchema } from '../database/schema.ts'
import { auditRoutes } from './audit.routes.ts'
import { ANCHORS, type AuditSettings, auditLog } from './audit-log.ts'
import { GENESIS } from './chain.ts'
import { decisionRoutes } from './decision.routes.ts'
import { recordEntry } from './record-entry.ts'

export const settings: AuditSettings = {
  AUDIT_SIGNING_KEY: 'only-for-tests-only-for-tests-only',
  AUDIT_FORMER_PUBLIC_KEYS: '',
  AUDIT_ANCHOR_SECONDS: 3_600,
  AUDIT_ANCHOR_ENTRIES: 1_000,
}

export const entryOf = (more: Partial<AuditEntry> = {}): AuditEntry => ({
  ...auditRecorded.example,
  entryId: randomUUIDv7(),
  at: new Date().toISOString(),
  ...more,
})

const tokenOf = (who: Person): string => Buffer.from(JSON.stringify(who)).toString('base64url')

async function principalOf(token: string): Promise<Principal> {
  // Made by `tokenOf`, two lines above.
  const { userId, tenantId, roles } = JSON.parse(Buffer.from(token, 'base64url').toString()) as Person
  return { userId, tenantId, sessionId: 'test', roles, permissions: permissionsOf(roles, tenantId), token }
}

/** The audit log on a real PostgreSQL and a disk, with its routes on a real port. */
export async function startAudit(changes: Partial<AuditSettings> = {}) {
  const test = await createTestDatabase<EventsSchema>(
    'events',
    new URL('../database/migrations/', import.meta.url),
  )
  const { database, admin } = test
  const directory = await mkdtemp(join(tmpdir(), 'alta-audit-'))
  const { config } = parseConfig(filesEnvironment, { FILES_DIRECTORY: directory })
  if (!config) throw new Error('the settings of files have no defaults any more')
  const files = openNamedFiles(config, ANCHORS)
  const open = (more: Partial<AuditSettings> = {}) =>
    auditLog(database, files, { ...settings, ...changes, ...more })
  const audit = open()
  const app = await startApp({
    routes: [...auditRoutes(audit), ...decisionRoutes(audit)],
    verifyToken: principalOf,
    audit: auditRecorder(database),
  })
  const replica = () => deliverTo(database, [on(auditRecorded, recordEntry)])
  const deliver = replica()
  const anchorPath = (name: string) => join(directory, ANCHORS, name)

  return {
    ...test,
    ...audit,
    open,
    deliver,
    /** Another process of the service, on the same database. */
    replica,
    record: (more: Partial<AuditEntry> = {}, attributes: Parameters<typeof eventOf>[2] = {}) =>
      deliver(
        eventOf(auditRecorded, entryOf(more), {
          source: '/documents',
          tenantid: DEFAULT_TENANT,
          ...attributes,
        }),
      ),
    async recordMany(count: number) {
      for (let index = 0; index < count; index += 1) await this.record({ requestId: `request-${index + 1}` })
    },
    anchor: async (log = open()) => {
      for (const job of log.background) await job.run()
    },
    anchorNames: () => readdir(join(directory, ANCHORS)).catch(() => []),
    readAnchor: (name: string) => readFile(anchorPath(name), 'utf8'),
    replaceAnchor: (name: string, text: string) => writeFile(anchorPath(name), text),
    removeAnchor: (name: string) => rm(anchorPath(name)),

    /** As the owner of the database, past the trigger: what no role of a service can do. */
    async tamper(...statements: string[]) {
      await admin.query('alter table audit_entries disable trigger append_only')
      for (const statement of statements) await admin.query(statement)
      await admin.query('alter table audit_entries enable trigger append_only')
    },
    /** As new, without the price of a new database. */
    async reset() {
      await this.tamper(
        'truncate audit_entries, refused_requests, inbox_messages, outbox_events',
        `update audit_head set sequence = 0, hash = '${GENESIS.hash}'`,
      )
      await rm(join(directory, ANCHORS), { recursive: true, force: true })
    },
    async call(who: Person | undefined, method: string, path: string) {
      const headers = who ? { authorization: `Bearer ${tokenOf(who)}` } : {}
      const answer = await app.call(`/api/v1/audit${path}`, { method, headers })
      const text = await answer.text()
      const isJson = answer.headers.get('content-type')?.includes('json') && !path.startsWith('/export')
      // Tests look into answers freely; each expectation says what must be there.
      return {
        status: answer.status,
        headers: answer.headers,
        text,
        body: isJson ? JSON.parse(text) : undefined,
      }
    },
    noted: () => emitted(admin, auditRecorded),
    async close() {
      await app[Symbol.asyncDispose]()
      await test.close()
      await rm(directory, { recursive: true, force: true })
    },
  }
}

export type TestAudit = Awaited<ReturnType<typeof startAudit>>
