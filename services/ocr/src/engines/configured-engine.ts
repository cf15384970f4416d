import type { config } from '../config.ts'
import type { OcrEngine } from './engine.ts'
import { tesseract } from './tesseract.ts'

/** The engine that the settings name. */
export function configuredEngine(settings: typeof config): OcrEngine {
  return tesseract(settings.OCR_WORKERS > 0 ? { workers: settings.OCR_WORKERS } : {})
}
