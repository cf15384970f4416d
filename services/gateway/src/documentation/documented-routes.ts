import type { OpenApiDocument } from './openapi-document.ts'

interface DocumentedRoute {
  /** As `/api/v1/projects/{id}`. */
  path: string
  /** Needs no token. */
  isPublic: boolean
}

export interface DocumentedRoutes {
  find(method: string, path: string): DocumentedRoute | undefined
}

/**
 * Looks concrete paths up among a document's. Only an operation that says `security: []` itself is
 * public: one that says nothing is taken for an oversight and needs a token.
 */
export function documentedRoutes(document: OpenApiDocument): DocumentedRoutes {
  const routes = Object.entries(document.paths).map(([path, operations]) => ({
    path,
    parts: path.split('/'),
    operations,
  }))
  // A literal part wins over a parameter: `/documents/search` is not the document "search".
  const parametersOf = (path: string): number => path.split('{').length
  routes.sort((one, other) => parametersOf(one.path) - parametersOf(other.path))

  return {
    find(method, path) {
      const name = method === 'HEAD' ? 'get' : method.toLowerCase()
      const parts = path.split('/')
      const route = routes.find((each) => name in each.operations && matches(each.parts, parts))
      const operation = route?.operations[name]
      if (!route || !operation) return undefined
      return { path: route.path, isPublic: operation.security?.length === 0 }
    },
  }
}

const matches = (template: string[], parts: string[]): boolean =>
  template.length === parts.length &&
  template.every((part, index) => part === parts[index] || (part.startsWith('{') && parts[index] !== ''))
