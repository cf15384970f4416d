import { permissions, roles } from '@alta/kit/auth/permissions'
import { z } from 'zod'
import { personName } from '../users/user.schema.ts'

const loopbacks = new Set(['127.0.0.1', '[::1]', 'localhost'])

const parsed = (uri: string): URL | undefined => (URL.canParse(uri) ? new URL(uri) : undefined)

/** Compared with what is asked for letter by letter; of a loopback address of a native program all but the port. */
const redirectUri = z
  .string()
  .max(2000)
  .regex(/^[\x21-\x7e]+$/, 'Must be ASCII without spaces')
  .refine((uri) => parsed(uri) !== undefined, 'Must be an absolute URI')
  .refine((uri) => !uri.includes('#'), 'Must not have a fragment')
  .refine((uri) => {
    const url = parsed(uri)
    return !url || (url.username === '' && url.password === '')
  }, 'Must not have credentials in it')

const isLoopback = (url: URL): boolean => url.protocol === 'http:' && loopbacks.has(url.hostname)

/** RFC 8252, 7: the name of a domain backwards, so that it is nobody else's; or a loopback address. */
const suitsDevices = (uri: string): boolean => {
  const url = parsed(uri)
  return (
    !url ||
    isLoopback(url) ||
    url.protocol === 'https:' ||
    /^[a-z][a-z0-9+-]*(\.[a-z0-9+-]+)+:$/.test(url.protocol)
  )
}

const suitsWeb = (uri: string): boolean => {
  const url = parsed(uri)
  return !url || isLoopback(url) || url.protocol === 'https:'
}

export const newClient = z
  .object({
    name: personName.describe('Shown to people who are asked to allow it.'),
    kind: z
      .enum(['web', 'browser', 'native', 'service'])
      .describe(
        'Where it runs: on a server, in a browser, on a device; or by itself, with nobody who signs in. `browser` and `native` get no secret.',
      ),
    redirectUris: z.array(redirectUri).max(20).default([]),
    scopes: z
      .array(z.enum(permissions))
      .max(permissions.length)
      .default([])
      .describe('Permissions that its tokens may have at most.'),
    roles: z
      .array(z.enum(roles))
      .max(roles.length)
      .default([])
      .describe('Of a `service`: it acts for itself.'),
  })
  .superRefine(({ kind, redirectUris, roles: given }, context) => {
    const fault = (path: string, message: string) =>
      context.addIssue({ code: 'custom', path: [path], message })
    if (kind === 'service' && redirectUris.length > 0)
      fault('redirectUris', 'A service is never redirected to')
    if (kind !== 'service' && redirectUris.length === 0) fault('redirectUris', 'At least one is needed')
    if (kind !== 'service' && given.length > 0)
      fault('roles', 'It acts for those who sign in, with their roles')
    const suits = kind === 'native' ? suitsDevices : suitsWeb
    if (!redirectUris.every(suits)) {
      fault(
        'redirectUris',
        'Must be https, or http to a loopback address; of a native program also a reversed domain name',
      )
    }
  })

export type NewClient = z.output<typeof newClient>

export const clientResource = z
  .object({
    id: z.uuid().describe('The `client_id`.'),
    name: z.string(),
    kind: z.enum(['web', 'browser', 'native', 'service']),
    redirectUris: z.array(z.string()),
    scopes: z.array(z.string()),
    roles: z.array(z.string()),
    createdAt: z.iso.datetime(),
  })
  .meta({ id: 'OAuthClient' })

export const registeredClient = clientResource
  .extend({ secret: z.string().optional().describe('The `client_secret`: shown here and never again.') })
  .meta({ id: 'RegisteredOAuthClient' })
