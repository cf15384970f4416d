import { PLATFORM_TENANT, permissionsOf } from '@alta/kit/auth/permissions'
import { expectedOutcome, people } from './people.ts'
import type { PublicRoute } from './route-table.ts'

/** The file that review sees, and that `tests/attacks` holds against the running platform. */
export const MATRIX = 'tests/attacks/authorization-matrix.md'

const heading = ['route', 'policy', ...people.map(({ name }) => name)]

/** Every public route and what everybody is answered there. */
export function authorizationMatrix(routes: readonly PublicRoute[]): string {
  const rows = routes.map(({ method, path, policy }) => [
    `${method} ${path}`,
    [policy.name, policy.attribute].filter(Boolean).join(', '),
    ...people.map((person) => String(expectedOutcome(policy, person))),
  ])
  const table = [heading, heading.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`)
  return `# Who gets in where

Written by \`make generate\` from the policies of the routes; \`make attacks\` tries every cell on a running platform. A change of this file is a change of who may do what.

\`in\`: not refused for who one is. Things are the project owner’s, who has uploaded and started them; an admin elsewhere has all rights that there are in another tenant than the platform’s own. Rules: \`services/shared/kit/src/auth\`.

${table.join('\n')}
`
}

/** Routes that nobody has said enough about. */
export function undecidedRoutes(routes: readonly PublicRoute[]): string[] {
  const everybodys = permissionsOf([], PLATFORM_TENANT)
  return routes.flatMap(({ app, method, path, policy }) => {
    const name = `${app}: ${method} ${path}`
    if (!policy) return [`${name} has no policy`]
    const open = policy.needsToken && (!policy.permission || everybodys.has(policy.permission))
    // Without one, whoever guesses an id is let in as far as the policy says.
    if (open && path.includes('{') && !policy.attribute)
      return [`${name} is open to all who are signed in: say in its policy what they have to be to the thing`]
    return []
  })
}

/** The rows of the file: route → person → outcome. */
export function readMatrix(text: string): Map<string, Map<string, string>> {
  const rows = text
    .split('\n')
    .filter((line) => line.startsWith('| '))
    .map((line) => line.slice(2, -2).split(' | '))
  const [names = [], , ...routes] = rows
  return new Map(
    routes.map(([route = '', , ...cells]) => [
      route,
      new Map(cells.map((cell, index) => [names[index + 2] ?? '', cell])),
    ]),
  )
}
