import type { Kysely } from 'kysely'
import type { Schema } from '../database/schema.ts'
import { findConfidence } from '../series/confidence.repository.ts'
import { findCosts } from '../series/costs.repository.ts'
import { findFailures } from '../series/failures.repository.ts'
import { MOST_ROWS } from '../series/grouping.ts'
import type { Prices } from '../series/prices.ts'
import { findReviewers } from '../series/reviewers.repository.ts'
import { findTurnaround } from '../series/turnaround.repository.ts'
import type { Turnaround } from '../series/turnaround.routes.ts'
import { findVolume } from '../series/volume.repository.ts'
import type { Window } from '../series/window.ts'
import {
  countUsers,
  findApprovals,
  findMeanConfidence,
  findTopDocuments,
  findTopProjects,
} from './dashboard.repository.ts'
import type { Metrics } from './dashboard.resource.ts'

/** What a list on the dashboard shows. */
const SHOWN = 10

/** Everything on the dashboard, from one transaction. */
export async function findMetrics(tx: Kysely<Schema>, window: Window, prices: Prices): Promise<Metrics> {
  const byDay = await findVolume(tx, window, 'day', MOST_ROWS)
  const approvals = await findApprovals(tx, window)
  const [reviewers] = await findReviewers(tx, window, 'all', 1)
  const failures = await findFailures(tx, window, 'all', MOST_ROWS)
  const [costs] = await findCosts(tx, window, 'all', prices, 1)
  const turnaround = await findTurnaround(tx, window, 'all', MOST_ROWS)
  const { checked = 0, agreed = 0, changedWords = 0, agreement = null, rejected = 0 } = reviewers ?? {}
  const sum = (figure: 'documents' | 'recordings' | 'pages' | 'seconds') =>
    byDay.reduce((total, day) => total + day[figure], 0)
  return {
    documents: sum('documents'),
    recordings: sum('recordings'),
    pages: sum('pages'),
    seconds: sum('seconds'),
    approved: {
      byPerson: approvals.reduce((total, day) => total + day.byPerson, 0),
      byMachine: approvals.reduce((total, day) => total + day.byMachine, 0),
    },
    rejected,
    failed: failures.reduce((total, one) => total + one.failures, 0),
    uniqueUsers: await countUsers(tx, window),
    apiCost: costs?.cost ?? 0,
    currency: prices.currency,
    throughput: throughputOf(byDay, approvals),
    turnaround: {
      reading: stageIn(turnaround, 'reading'),
      opening: stageIn(turnaround, 'opening'),
      waiting: stageIn(turnaround, 'waiting'),
      deciding: stageIn(turnaround, 'deciding'),
      whole: stageIn(turnaround, 'whole'),
    },
    confidence: {
      mean: await findMeanConfidence(tx, window),
      buckets: await findConfidence(tx, window, 'all', MOST_ROWS),
    },
    agreement: { checked, agreed, share: agreement, changedWords },
    failures: failures.slice(0, SHOWN),
    topProjects: await findTopProjects(tx, window, SHOWN),
    topDocuments: await findTopDocuments(tx, window, SHOWN),
  }
}

function stageIn(turnaround: readonly Turnaround[], name: Turnaround['stage']) {
  const { count, mean, p50, p95 } = turnaround.find(({ stage }) => stage === name) ?? {}
  return count === undefined || mean === undefined || p50 === undefined || p95 === undefined
    ? null
    : { count, mean, p50, p95 }
}

function throughputOf(
  volume: readonly { key: string | null; documents: number; recordings: number }[],
  approvals: readonly { day: string; byPerson: number; byMachine: number }[],
): Metrics['throughput'] {
  const days = new Map<string, { uploaded: number; approved: number }>()
  for (const { key, documents, recordings } of volume)
    if (key !== null) days.set(key, { uploaded: documents + recordings, approved: 0 })
  for (const { day, byPerson, byMachine } of approvals)
    days.set(day, { uploaded: days.get(day)?.uploaded ?? 0, approved: byPerson + byMachine })
  return [...days]
    .map(([day, figures]) => ({ day, ...figures }))
    .sort((one, other) => (one.day < other.day ? -1 : 1))
}
