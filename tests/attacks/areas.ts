import type { Area } from './area.ts'
import { authorization } from './areas/authorization.ts'
import { fuzz } from './areas/fuzz.ts'
import { input } from './areas/input.ts'
import { services } from './areas/services.ts'
import { sessionCookies } from './areas/session-cookies.ts'
import { tenants } from './areas/tenants.ts'
import { tokens } from './areas/tokens.ts'
import { uploads } from './areas/uploads.ts'
import { wire } from './areas/wire.ts'

/** In the order in which they are tried: first what leaves things as they are, last what makes many. */
export const areas: readonly Area[] = [
  authorization,
  tokens,
  sessionCookies,
  tenants,
  services,
  wire,
  input,
  uploads,
  fuzz,
]
