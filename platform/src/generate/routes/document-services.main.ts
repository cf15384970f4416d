// Writes the OpenAPI documents of the services whose names it is given to a file, as one JSON object by app-id. It is a process of
// its own because it imports their wiring, with the kit's `serve` replaced: what is documented is what would be served.
// Nothing is connected to; settings that have no default are made up.
import { writeFileSync } from 'node:fs'
import { registerHooks } from 'node:module'
import { pathToFileURL } from 'node:url'
import { openApiDocument } from '@alta/kit/http/openapi'
import { recorded } from './recorded-serve.ts'

const [file = '', root = '', ...apps] = process.argv.slice(2)

registerHooks({
  resolve: (specifier, context, next) =>
    next(
      specifier === '@alta/kit/serve' ? new URL('recorded-serve.ts', import.meta.url).href : specifier,
      context,
    ),
})

const documents: Record<string, unknown> = {}
for (const app of apps) {
  await import(pathToFileURL(`${root}/services/${app}/src/main.ts`).href)
  const routes = recorded.get(app)
  if (!routes) throw new Error(`services/${app}/src/main.ts does not call serve`)
  documents[app] = openApiDocument({ title: app, routes })
}
writeFileSync(file, JSON.stringify(documents))
// Pools and listeners that the wiring has made would keep it alive.
process.exit(0)
