import type { Checkout } from '../checkout.ts'
import { StepFailed } from '../console/steps.ts'

export async function newService(_checkout: Checkout, _name: string): Promise<void> {
  throw new StepFailed('not yet', 'make help')
}
