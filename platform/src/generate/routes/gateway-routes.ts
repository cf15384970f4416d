import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { publicServices, upstreamOf } from '../../../../services/gateway/src/routes.ts'
import { routesFromDocuments } from '../../../../services/gateway/src/routing/from-documents.ts'
import { run } from '../../system/run.ts'

/** What the services cannot do without. None of it is used: nothing is connected to, sealed or signed. */
const settings = {
  APP_PORT: '0',
  POSTGRES_USER: 'nobody',
  RABBITMQ_URL: 'amqp://127.0.0.1',
  IDENTITY_KEY_ENCRYPTION_KEY: 'x'.repeat(64),
  MAIL_TOKEN_KEY: 'x'.repeat(64),
  AUDIT_SIGNING_KEY: 'x'.repeat(64),
  LIVE_EDGE_KEY: 'x'.repeat(64),
  // The routes of the mail catcher are there only with it; 0 is any port, for as long as this takes.
  SMTP_CATCHER_PORT: '0',
}

/**
 * What the gateway lets through: every public route with what its service's OpenAPI document says of requests, one
 * line each.
 * @param documents OpenAPI of the services, by app-id
 */
export function gatewayRoutes(documents: Record<string, unknown>): string {
  const { routes, definitions } = routesFromDocuments(documents, upstreamOf)
  const lines = routes.map((route) => `    ${JSON.stringify(route)}`).join(',\n')
  const named = Object.entries(definitions).map(
    ([name, schema]) => `    "${name}": ${JSON.stringify(schema)}`,
  )
  return `{\n  "routes": [\n${lines}\n  ],\n  "definitions": {\n${named.join(',\n')}\n  }\n}\n`
}

/**
 * The OpenAPI documents of the services that have public routes, by app-id, as they would serve them.
 * @throws {Error} with what a service says when its wiring cannot be imported
 */
export async function serviceDocuments(root: string): Promise<Record<string, unknown>> {
  const folder = await mkdtemp(join(tmpdir(), 'alta-documents-'))
  try {
    const file = join(folder, 'documents.json')
    const program = join(import.meta.dirname, 'document-services.main.ts')
    const { code, stdout, stderr } = await run(process.execPath, [program, file, root, ...publicServices], {
      cwd: root,
      env: settings,
      timeout: 120_000,
    })
    if (code !== 0) throw new Error(`the services’ API documents cannot be made:\n${stderr || stdout}`)
    return JSON.parse(await readFile(file, 'utf8'))
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
