import { tmpdir } from 'node:os'
import { bring } from '../../../platform/src/system/apt.ts'
import { packages } from './celery/celery.ts'

/** Installs what the peers need from Debian. Where that cannot be, the peer is listed with what its start says. */
export const installPeers = (say: (text: string) => void): Promise<void> =>
  bring(packages, { logs: tmpdir(), say, without: 'FastAPI and Celery' })
