import { type Field, notation } from '@alta/kit/config'

export interface Price {
  /** As readings name it. */
  readonly engine: string
  readonly perPage: number
  readonly perMinute: number
}

export interface Prices {
  /** ISO 4217. */
  readonly currency: string
  readonly engines: readonly Price[]
}

const one = /^([a-z0-9-]+)=(\d+(?:\.\d+)?)\/(page|minute)$/

/** `google-document-ai=0.0015/page,google-speech=0.024/minute`; an engine that is not named costs nothing. */
export const enginePrices = (): Field<readonly Price[]> =>
  notation('prices like google-speech=0.024/minute, separated by commas', readPrices)

/** @returns undefined for what it does not understand */
export function readPrices(text: string): readonly Price[] | undefined {
  const prices: Price[] = []
  for (const part of text.split(',').map((word) => word.trim())) {
    if (part === '') continue
    const [, engine, amount, unit] = one.exec(part) ?? []
    if (engine === undefined || prices.some((price) => price.engine === engine)) return undefined
    const price = Number(amount)
    prices.push({ engine, perPage: unit === 'page' ? price : 0, perMinute: unit === 'minute' ? price : 0 })
  }
  return prices
}
