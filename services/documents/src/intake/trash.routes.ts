import { may } from '@alta/kit/auth/policy'
import { type Route, route } from '@alta/kit/http/route'
import type { z } from 'zod'
import { itemSummary } from './item.resource.ts'
import { byId, type ItemApi, type ItemServices, ifMatch } from './item.routes.ts'

/** The ways out of the trash; the way in is DELETE. */
export const trashRoutes = <Part, Detail extends z.ZodType>(
  { trash }: ItemServices<Part>,
  { noun, paths, duplicate }: ItemApi<Part, Detail>,
): Route[] => [
  route({
    method: 'post',
    path: paths.restore,
    summary: `Take a ${noun} back from the trash`,
    description: 'By those who may delete it. It is as it was, with whatever was read or decided meanwhile.',
    tag: `${noun}s`,
    policy: may('documents:write', 'project owner or uploader'),
    params: byId,
    headers: ifMatch,
    answers: {
      200: { description: 'As it is now', schema: itemSummary },
      409: {
        description: `\`not_in_trash\`; \`${duplicate}\`: the same bytes were uploaded again, and the answer says where they are`,
      },
    },
    handle: async ({ principal: caller, params, headers }) => {
      const item = await trash.restore({ caller, id: params.id, ifMatch: headers['if-match'] })
      return { status: 200, body: item, headers: { etag: item.etag } }
    },
  }),
  route({
    method: 'post',
    path: paths.purge,
    summary: `Remove a ${noun} from the trash for good`,
    description: 'Owners only. Its file goes as well, unless something else has the same bytes.',
    tag: `${noun}s`,
    policy: may('documents:write', 'project owner'),
    params: byId,
    headers: ifMatch,
    answers: {
      204: { description: 'Gone for good' },
      409: { description: '`not_in_trash`: delete it first' },
    },
    handle: async ({ principal: caller, params, headers }) => {
      await trash.purge({ caller, id: params.id, ifMatch: headers['if-match'] })
      return { status: 204 }
    },
  }),
]
