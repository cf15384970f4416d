import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from '@alta/contracts/resources/recognition'
import type { KeptWork } from '../engines/engine.ts'
import type { KeptPictures, PagePictures } from '../recognitions/add-pictures.ts'

const folder = join(import.meta.dirname, '../../../../samples')

export const sample = (name: string): string => join(folder, name)

export const truthOf = (
  name: string,
): { text: string; language: string; maximumCharacterErrorRate?: number } =>
  JSON.parse(readFileSync(join(folder, `${name}.truth.json`), 'utf8'))

/** Kept work in memory, for tests of engines. */
export function keptInMemory(): KeptWork & { pages: Map<number, Page> } {
  const pages = new Map<number, Page>()
  let operation: string | undefined
  return {
    pages,
    page: async (number) => pages.get(number),
    keepPage: async (page) => {
      pages.set(page.number, page)
    },
    operation: async () => operation,
    keepOperation: async (name) => {
      operation = name
    },
  }
}

export function keptPicturesInMemory(): KeptPictures {
  const kept = new Map<number, PagePictures>()
  return {
    pictures: async (number) => kept.get(number),
    keepPictures: async (number, pictures) => {
      kept.set(number, pictures)
    },
  }
}
