// identity: who somebody is. Keeps users and sessions, and signs the tokens that every service verifies.
import { connect } from '@alta/kit/database/database'
import { serve } from '@alta/kit/serve'
import { config } from './config.ts'
import type { IdentitySchema } from './database/schema.ts'
import { identity } from './identity.ts'

const database = connect<IdentitySchema>('identity', config)
const { routes, keySource, revocations, checks, background } = identity(database, config)

await serve({ appId: 'identity', config, database, routes, keys: keySource, revocations, checks, background })
