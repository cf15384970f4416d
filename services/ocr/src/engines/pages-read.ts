import type { Page } from '@alta/contracts/resources/recognition'
import type { ReadOptions } from './engine.ts'

/** The pages wanted, of this attempt and of earlier ones. */
export interface PagesRead {
  /** Numbers still to be read, in their order. */
  missing(): number[]
  /** Keeps a page at once; one that is there already stays as it is. */
  keep(page: Page): Promise<void>
  /** Those that are there, in the order wanted. */
  all(): Page[]
}

/** Starts with what earlier attempts have kept. */
export async function pagesRead(
  numbers: readonly number[],
  { kept, pageDone }: Pick<ReadOptions, 'kept' | 'pageDone'>,
): Promise<PagesRead> {
  const pages = new Map<number, Page>()
  const add = (page: Page) => {
    pages.set(page.number, page)
    pageDone()
  }
  for (const number of numbers) {
    const page = await kept.page(number)
    if (page) add(page)
  }
  return {
    missing: () => numbers.filter((number) => !pages.has(number)),
    async keep(page) {
      if (pages.has(page.number)) return
      await kept.keepPage(page)
      add(page)
    },
    all: () => numbers.flatMap((number) => pages.get(number) ?? []),
  }
}
