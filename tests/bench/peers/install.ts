import { tmpdir } from 'node:os'
import { bring } from '../../../platform/src/system/apt.ts'
import { packages } from './celery/celery.ts'

type Say = (text: string) => void

/** Installs what the peers need from Debian. Where that cannot be, the peer is listed with what its start says. */
export const installPeers = (say: Say): Promise<void> =>
  bring(packages, { logs: tmpdir(), say, without: 'FastAPI and Celery' })

export const installTesseract = (say: Say): Promise<void> =>
  bring(['tesseract-ocr'], { logs: tmpdir(), say, without: 'the tesseract command' })
