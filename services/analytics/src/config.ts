import {
  brokerEnvironment,
  databaseEnvironment,
  readConfig,
  serviceEnvironment,
  text,
} from '@alta/kit/config'
import { enginePrices } from './series/prices.ts'

export const config = readConfig('services/analytics/src/config.ts', {
  ...serviceEnvironment,
  ...databaseEnvironment,
  ...brokerEnvironment,
  ENGINE_PRICES: enginePrices()
    .optional()
    .describe(
      'What engines cost a page or a minute, as google-document-ai=0.0015/page,google-speech=0.024/minute. Empty: nothing. Earlier figures follow when it changes.',
    ),
  COST_CURRENCY: text({ default: 'USD', pattern: /^[A-Z]{3}$/ }).describe('ISO 4217 code of these prices.'),
})
