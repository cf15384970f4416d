import { nameOf } from './alerts.ts'
import type { Drill } from './drill.ts'
import { brokerDrills } from './drills/broker.ts'
import { databaseDrills } from './drills/database.ts'
import { messageDrills } from './drills/messages.ts'
import { nodeDrills } from './drills/node.ts'
import { partDrills } from './drills/parts.ts'
import { processDrills } from './drills/processes.ts'

export const drills: readonly Drill[] = [
  ...processDrills,
  ...databaseDrills,
  ...brokerDrills,
  ...partDrills,
  ...messageDrills,
]

/** Every row of the report, in its order. */
export const rowsThereAre = {
  alerts: [...drills, ...Object.values(nodeDrills)].flatMap(({ expects }) => expects.map(nameOf)),
  faults: drills.map(({ what }) => what),
}
