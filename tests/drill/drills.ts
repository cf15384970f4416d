import type { Drill } from './drill.ts'
import { brokerDrills } from './drills/broker.ts'
import { databaseDrills } from './drills/database.ts'
import { messageDrills } from './drills/messages.ts'
import { partDrills } from './drills/parts.ts'
import { processDrills } from './drills/processes.ts'

export const drills: readonly Drill[] = [
  ...processDrills,
  ...databaseDrills,
  ...brokerDrills,
  ...partDrills,
  ...messageDrills,
]
