import { randomUUID } from 'node:crypto'
import { isOfPlatform } from '@alta/kit/auth/permissions'
import { gapsInTenantWall } from '@alta/kit/testing/tenant-wall'
import type { Area } from '../area.ts'

/**
 * What somebody with all rights in another tenant finds of ours: by id, by search, in lists; what all tenants share, of
 * which they are told nothing; and the wall below.
 */
export const tenants: Area = {
  name: 'other tenants',
  async attack({ things, owner, claimsOf, routes, gatewayUrl, sign }, tally) {
    const { sub, tid } = claimsOf('project owner')
    const ids = [...Object.values(things), sub]
    const { rows: events } = await owner.query<{ id: string }>(
      'select id from events.stored_events where tenant_id = $1 limit 20',
      [tid],
    )
    const gets = routes.filter(({ method, path }) => method === 'GET' && path.startsWith('/api/'))
    const platforms = gets.filter(({ policy }) => policy.permission && isOfPlatform(policy.permission))
    for (const { path } of platforms) {
      const { status, text } = await ask(path.replaceAll(/\{\w+\}/g, () => randomUUID()))
      const told = text.includes('in the tenant that runs the platform alone')
      tally.note(`GET ${path} is of the platform`, status === 403 && told, { status, text })
    }
    const theirs = gets.filter((route) => !platforms.includes(route))
    const byId = theirs.filter(({ path }) => path.includes('{'))
    for (const { path } of byId) {
      for (const id of [...ids, ...events.map((event) => event.id)]) {
        const { status, text } = await ask(path.replaceAll(/\{\w+\}/g, id))
        const isEmpty = status === 200 && text.includes('"items":[]')
        tally.note(`GET ${path} with ${id}`, [400, 404].includes(status) || isEmpty, { status, text })
      }
    }
    const { projectId, requestId } = things
    const filters = [
      '',
      `?projectId=${projectId}`,
      `?actor=${sub}`,
      `?requestId=${requestId}`,
      '?q=a',
      '?q=letters',
    ]
    for (const { path } of theirs.filter((get) => !get.path.includes('{'))) {
      for (const filter of filters) {
        const { status, text } = await ask(path + filter)
        // What was asked for stands in the note of the asking.
        const found = ids.filter((id) => !filter.includes(id) && text.includes(id))
        tally.note(`GET ${path}${filter}`, status < 500 && found.length === 0, { status, found })
      }
    }
    const { rows: schemas } = await owner.query<{ name: string; role: string }>(
      `select distinct n.nspname as name, (aclexplode(c.relacl)).grantee::regrole::text as role, c.relowner::regrole::text as owner
       from pg_class c join pg_namespace n on n.oid = c.relnamespace where c.relname = 'outbox_events'`,
    )
    for (const { name, role } of schemas.filter((row) => row.role !== Reflect.get(row, 'owner'))) {
      const gaps = await gapsInTenantWall(owner, name, role)
      tally.note(`the wall in ${name} for ${role}`, gaps.length === 0, gaps)
    }

    /** Each time as an admin of a tenant in which nobody ever was: what is there is somebody else's. */
    async function ask(path: string): Promise<{ status: number; text: string }> {
      const token = await sign({ sub: randomUUID(), tid: randomUUID(), sid: randomUUID(), roles: ['admin'] })
      const answer = await fetch(gatewayUrl + path, {
        headers: { authorization: `Bearer ${token}` },
        signal: AbortSignal.timeout(60_000),
      })
      return { status: answer.status, text: await answer.text() }
    }
  },
}
