import type { IncomingHttpHeaders } from 'node:http'
import { parse } from 'node:querystring'
import { validationFailed } from '@alta/kit/http/validation'
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'
import type { RouteEntry } from '../routing/route-entry.ts'
import type { FoundRoute, RouteTable } from '../routing/route-table.ts'
import { faultsOf } from './fault-messages.ts'

/** Above it only the first fault is told: a million wrong items would be a million faults in memory. */
const MOST_BYTES_FOR_ALL_FAULTS = 64 * 1024

export interface RequestChecks {
  /** @throws {Problem} 400 `validation_failed` */
  head(found: FoundRoute, search: string, headers: IncomingHttpHeaders): void
  /** @param value undefined when the request has no body. @throws {Problem} 400 `validation_failed` */
  body(route: RouteEntry, value: unknown, bytes: number): void
  /** Makes the checks of a route, which the first request that needs them would do otherwise. */
  prepare(route: RouteEntry): void
}

/**
 * Checks requests against their service's own OpenAPI document, so that what the service would refuse never gets
 * there. The service checks everything again; what it takes, this must take.
 */
export function requestChecks({ definitions }: Pick<RouteTable, 'definitions'>): RequestChecks {
  const common = {
    strict: false,
    // Patterns say what a format is; their own opinion on formats is not what the services have.
    validateFormats: false,
    ownProperties: true,
    verbose: true,
    schemas: [{ $id: 'definitions', $defs: definitions }],
  }
  // All of a query is text, and a single value may be meant as a list.
  const texts = new Ajv2020({ ...common, allErrors: true, coerceTypes: 'array' })
  const first = new Ajv2020(common)
  const all = new Ajv2020({ ...common, allErrors: true })
  const compiled = new Map<Ajv2020, WeakMap<object, ValidateFunction>>()

  function checkOf(ajv: Ajv2020, schema: object): ValidateFunction {
    const known = compiled.get(ajv) ?? new WeakMap<object, ValidateFunction>()
    compiled.set(ajv, known)
    const check = known.get(schema) ?? ajv.compile(schema)
    known.set(schema, check)
    return check
  }

  return {
    head({ route, params }, search, headers) {
      if (!route.params && !route.query && !route.headers) return
      const parts = {
        params: [route.params, () => decoded(params)],
        query: [route.query, () => parse(search.slice(1))],
        headers: [route.headers, () => ({ ...headers })],
      } as const
      const faults = Object.entries(parts).flatMap(([part, [schema, read]]) => {
        if (!schema) return []
        const check = checkOf(texts, schema)
        return check(read()) ? [] : faultsOf(part, check.errors ?? [])
      })
      if (faults.length > 0) throw validationFailed(faults)
    },
    body({ json, bodyRequired }, value, bytes) {
      if (!json) return
      if (value === undefined) {
        if (bodyRequired) throw validationFailed([{ path: 'body', message: 'Is required' }])
        return
      }
      const check = checkOf(first, json)
      if (check(value)) return
      if (bytes > MOST_BYTES_FOR_ALL_FAULTS) throw validationFailed(faultsOf('body', check.errors ?? []))
      const thorough = checkOf(all, json)
      thorough(value)
      throw validationFailed(faultsOf('body', thorough.errors ?? check.errors ?? []))
    },
    prepare({ params, query, headers, json }) {
      for (const schema of [params, query, headers]) if (schema) checkOf(texts, schema)
      if (json) for (const ajv of [first, all]) checkOf(ajv, json)
    },
  }
}

/** As a service reads them. The path was found to be valid before. */
const decoded = (params: FoundRoute['params']): Record<string, string> =>
  Object.fromEntries(Object.entries(params).map(([name, part]) => [name, decodeURIComponent(part)]))
