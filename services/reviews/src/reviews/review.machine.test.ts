import { Problem } from '@alta/kit/errors'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { approvalHiddenFrom, beforeHidden } from './blind.ts'
import { approve, claim, reject, release, sendBack, undo } from './review.actions.ts'
import {
  hasLapsed,
  type NewVerdict,
  type ReviewState,
  type Scene,
  standing,
  statusAt,
  statuses,
  transitions,
  type Verdict,
} from './review.machine.ts'

const CLAIM_SECONDS = 60
const UNDO_SECONDS = 600
const people = ['ann', 'ben', 'cleo'] as const
const owner = 'cleo'

/** One item with its history, as the database would keep it. */
class Item {
  review: ReviewState = {
    status: 'open',
    round: 1,
    version: 1,
    claimedBy: null,
    claimExpiresAt: null,
    current: { sha256: 'text 0', size: 1 },
  }
  readonly verdicts: Verdict[] = []
  now = new Date(0)
  /** Text of the item before each verdict that stands, oldest first. */
  readonly textsBefore: string[] = []
  /** Verdicts, by their ids, that each person could have read. */
  readonly read = new Map(people.map((who) => [who as string, new Set<string>()]))

  scene(actor: string): Scene {
    return { review: this.review, verdicts: [...this.verdicts], actor, now: this.now }
  }

  keep(review: ReviewState, verdict?: NewVerdict): void {
    this.review = review
    if (verdict) this.verdicts.push({ ...verdict, id: `verdict ${this.verdicts.length}` })
    for (const [who, read] of this.read) {
      const hidden = approvalHiddenFrom(who, this.review, this.verdicts)
      for (const { id } of hidden ? beforeHidden(this.verdicts) : this.verdicts) read.add(id)
    }
  }
}

type Move = (item: Item) => void

/** Does what the rules allow; what they refuse changes nothing. */
function attempt(item: Item, move: Move): string {
  const before = structuredClone({ review: item.review, verdicts: item.verdicts })
  try {
    move(item)
    return 'done'
  } catch (error) {
    if (!(error instanceof Problem)) throw error
    expect({ review: item.review, verdicts: item.verdicts }).toEqual(before)
    return error.code
  }
}

const moves = {
  claim: (actor: string) => (item: Item) => {
    const heldBy = statusAt(item.review, item.now) === 'claimed' ? item.review.claimedBy : null
    item.keep(claim(item.scene(actor), CLAIM_SECONDS))
    expect([null, actor]).toContain(heldBy)
  },
  release: (actor: string) => (item: Item) => {
    item.keep(release(item.scene(actor), { isOwner: actor === owner }))
  },
  approve: (actor: string, text: string, secondReviewer: boolean) => (item: Item) => {
    const after = { sha256: text, size: 1 }
    const agreed = text === item.review.current.sha256
    const before = item.review.current.sha256
    const decided = approve(item.scene(actor), {
      after,
      corrections: [],
      agreed,
      agreement: agreed ? 1 : 0.5,
      secondReviewer,
    })
    item.keep(decided.review, decided.verdict)
    item.textsBefore.push(before)
  },
  sendBack: (actor: string) => (item: Item) => {
    const decided = sendBack(item.scene(actor), 'look again')
    item.keep(decided.review, decided.verdict)
    item.textsBefore.push(item.review.current.sha256)
  },
  reject: (actor: string) => (item: Item) => {
    const decided = reject(item.scene(actor), 'unreadable')
    item.keep(decided.review, decided.verdict)
    item.textsBefore.push(item.review.current.sha256)
  },
  undo: (actor: string) => (item: Item) => {
    const decided = undo(item.scene(actor), { seconds: UNDO_SECONDS, isOwner: actor === owner })
    item.keep(decided.review, decided.verdict)
    expect(item.review.current.sha256).toBe(item.textsBefore.pop())
    expect(item.review.status).toBe('open')
  },
  wait: (seconds: number) => (item: Item) => {
    item.now = new Date(item.now.getTime() + seconds * 1000)
  },
}

const person = fc.constantFrom(...people)
const anyMove: fc.Arbitrary<Move> = fc.oneof(
  { weight: 4, arbitrary: person.map(moves.claim) },
  {
    weight: 4,
    arbitrary: fc
      .tuple(person, fc.constantFrom('text 0', 'text 1', 'text 2'), fc.boolean())
      .map((all) => moves.approve(...all)),
  },
  { weight: 1, arbitrary: person.map(moves.release) },
  { weight: 2, arbitrary: person.map(moves.sendBack) },
  { weight: 1, arbitrary: person.map(moves.reject) },
  { weight: 3, arbitrary: person.map(moves.undo) },
  { weight: 2, arbitrary: fc.integer({ min: 1, max: 90 }).map(moves.wait) },
)

const itemAfter = (...steps: Move[]): Item => {
  const item = new Item()
  for (const step of steps) step(item)
  return item
}

describe('whatever several people do in whatever order', () => {
  it('there is one live claim at most, nobody counts twice in a row, and undo brings back the exact text', () => {
    fc.assert(
      fc.property(fc.array(anyMove, { maxLength: 60 }), (sequence) => {
        const item = new Item()
        for (const move of sequence) {
          const { version } = item.review
          attempt(item, move)

          const { review } = item
          expect(review.version).toBeGreaterThanOrEqual(version)
          expect(review.status === 'claimed').toBe(review.claimedBy !== null)
          expect(review.status === 'claimed').toBe(review.claimExpiresAt !== null)
          const counting = standing(item.verdicts)
          for (const [index, verdict] of counting.entries()) {
            expect(verdict.by).not.toBe(counting[index + 1]?.by)
          }
          expect(counting.map(({ before }) => before.sha256)).toEqual(item.textsBefore)
          expect(review.current.sha256).toBe(counting.at(-1)?.after.sha256 ?? 'text 0')
          if (review.status === 'approved') expect(counting.at(-1)?.verdict).toBe('approved')
        }
      }),
      { numRuns: 1000 },
    )
  })

  it('two are said to agree only where the second could not have read what others made of it', () => {
    let compared = 0
    const someMoves = fc.array(anyMove, { maxLength: 20 })
    // Of moves at random hardly any lead to a second approval.
    const first = [moves.claim('ann'), moves.approve('ann', 'text 1', true)]
    const second = [moves.claim('ben'), moves.approve('ben', 'text 1', true)]
    fc.assert(
      fc.property(someMoves, someMoves, (before, between) => {
        const item = new Item()
        for (const move of [...before, ...first, ...between, ...second]) {
          const known = [...item.verdicts]
          const read = new Map([...item.read].map(([who, ids]) => [who, new Set(ids)]))
          attempt(item, move)
          const given = item.verdicts[known.length]
          if (!given || given.agreed === null) continue
          compared++
          const sentBack = standing(known).findLast(({ verdict }) => verdict === 'sent-back')
          const since = known.slice(known.findIndex(({ id }) => id === sentBack?.id) + 1)
          const others = since.filter(({ by }) => by !== given.by)
          expect(others.filter(({ id }) => read.get(given.by)?.has(id))).toEqual([])
        }
      }),
      { numRuns: 1000 },
    )
    expect(compared).toBeGreaterThan(0)
  })

  it('history only grows, and each verdict is taken back at most once', () => {
    fc.assert(
      fc.property(fc.array(anyMove, { maxLength: 60 }), (sequence) => {
        const item = new Item()
        for (const move of sequence) {
          const known = [...item.verdicts]
          attempt(item, move)
          expect(item.verdicts.slice(0, known.length)).toEqual(known)
        }
        const undone = item.verdicts.flatMap(({ undoes }) => undoes ?? [])
        expect(new Set(undone).size).toBe(undone.length)
      }),
      { numRuns: 500 },
    )
  })
})

describe('a second reviewer', () => {
  const first = [moves.claim('ann'), moves.approve('ann', 'text 1', true)]

  it('looks at what the first one approved', () => {
    const { review } = itemAfter(...first)
    expect(review).toMatchObject({ status: 'open', round: 2, current: { sha256: 'text 1' } })
  })

  it('is never the first one', () => {
    expect(attempt(itemAfter(...first), moves.claim('ann'))).toBe('own_correction')
  })

  it('settles the text, and it is kept whether the two agreed', () => {
    const agreed = itemAfter(...first, moves.claim('ben'), moves.approve('ben', 'text 1', true))
    expect(agreed.review.status).toBe('approved')
    expect(agreed.verdicts.map((verdict) => verdict.agreed)).toEqual([null, true])
    const differed = itemAfter(...first, moves.claim('ben'), moves.approve('ben', 'text 2', true))
    expect(differed.review).toMatchObject({ status: 'approved', current: { sha256: 'text 2' } })
    expect(differed.verdicts.at(-1)?.agreed).toBe(false)
  })

  it('agrees with nobody whose text they could have read because a verdict was taken back', () => {
    const agreedIn = (...steps: Move[]) => itemAfter(...steps).verdicts.at(-1)?.agreed
    const second = [moves.claim('ben'), moves.approve('ben', 'text 1', true)]
    const looked = [moves.claim('ben'), moves.approve('ben', 'text 0', true), moves.undo('ben')]
    expect(agreedIn(...first, ...looked, ...second)).toBe(null)
    const rejected = [moves.claim('ben'), moves.reject('ben'), moves.undo('ben')]
    expect(agreedIn(...first, ...rejected, ...second)).toBe(null)
    const passed = [...first, moves.undo('ann'), ...first]
    expect(agreedIn(...passed, ...second)).toBe(null)
    const anew = [moves.claim('cleo'), moves.sendBack('cleo'), moves.claim('ben')]
    const pair = [
      moves.approve('ben', 'text 2', true),
      moves.claim('ann'),
      moves.approve('ann', 'text 2', true),
    ]
    expect(agreedIn(...passed, ...anew, ...pair)).toBe(true)
  })

  it('who sends back starts both approvals anew', () => {
    const item = itemAfter(...first, moves.claim('ben'), moves.sendBack('ben'))
    expect(item.review).toMatchObject({ status: 'open', round: 3 })
    expect(attempt(item, moves.claim('ben'))).toBe('own_correction')
    for (const move of [moves.claim('ann'), moves.approve('ann', 'text 2', true)]) move(item)
    expect(item.review).toMatchObject({ status: 'open', round: 4 })
  })
})

describe('undo', () => {
  const approved = () => itemAfter(moves.claim('ann'), moves.approve('ann', 'text 1', false))

  it('belongs to who decided and to owners', () => {
    expect(attempt(approved(), moves.undo('ben'))).toBe('not_your_verdict')
    expect(attempt(approved(), moves.undo('ann'))).toBe('done')
    expect(attempt(approved(), moves.undo(owner))).toBe('done')
  })

  it('has its time', () => {
    const item = approved()
    moves.wait(UNDO_SECONDS + 1)(item)
    expect(attempt(item, moves.undo('ann'))).toBe('undo_expired')
  })

  it('does not pull an item from under somebody who works on it', () => {
    const item = itemAfter(moves.claim('ann'), moves.sendBack('ann'), moves.claim('ben'))
    expect(attempt(item, moves.undo('ann'))).toBe('review_already_claimed')
  })

  it('lets the same person decide again', () => {
    const item = approved()
    for (const move of [moves.undo('ann'), moves.claim('ann'), moves.approve('ann', 'text 2', false)])
      move(item)
    expect(item.review).toMatchObject({ status: 'approved', round: 1, current: { sha256: 'text 2' } })
  })

  it('ends after fifty verdicts, of which the last stands', () => {
    const item = new Item()
    const decide = [moves.claim('ann'), moves.approve('ann', 'text 1', false)]
    for (let round = 0; round < 25; round += 1)
      for (const move of [...decide, moves.undo('ann')]) expect(attempt(item, move)).toBe('done')
    moves.claim('ben')(item)
    expect(attempt(item, moves.sendBack('ben'))).toBe('too_many_verdicts')
    moves.release('ben')(item)
    for (const move of decide) expect(attempt(item, move)).toBe('done')
    expect(attempt(item, moves.undo('ann'))).toBe('too_many_verdicts')
    expect(item.review.status).toBe('approved')
  })

  it('finds nothing where nobody has decided', () => {
    expect(attempt(new Item(), moves.undo('ann'))).toBe('nothing_to_undo')
  })
})

describe('a claim', () => {
  it('that has run out decides nothing', () => {
    const item = itemAfter(moves.claim('ann'), moves.wait(CLAIM_SECONDS))
    expect(hasLapsed(item.review, item.now)).toBe(true)
    expect(attempt(item, moves.approve('ann', 'text 1', false))).toBe('claim_expired')
    expect(attempt(item, moves.approve('ben', 'text 1', false))).toBe('review_not_claimed')
    expect(attempt(item, moves.claim('ben'))).toBe('done')
    expect(attempt(item, moves.approve('ann', 'text 1', false))).toBe('review_already_claimed')
  })

  it('is extended by claiming again', () => {
    const item = itemAfter(moves.claim('ann'), moves.wait(CLAIM_SECONDS - 1), moves.claim('ann'))
    moves.wait(CLAIM_SECONDS - 1)(item)
    expect(attempt(item, moves.reject('ann'))).toBe('done')
  })

  it('is ended by an owner of the project, and by nobody else', () => {
    const claimed = () => itemAfter(moves.claim('ann'))
    expect(attempt(claimed(), moves.release('ben'))).toBe('review_already_claimed')
    const item = itemAfter(moves.claim('ann'), moves.release(owner))
    expect(item.review).toMatchObject({ status: 'open', claimedBy: null })
    expect(attempt(item, moves.release(owner))).toBe('review_not_claimed')
    expect(attempt(item, moves.approve('ann', 'text 1', false))).toBe('review_not_claimed')
    const lapsed = itemAfter(moves.claim('ann'), moves.wait(CLAIM_SECONDS))
    expect(attempt(lapsed, moves.release(owner))).toBe('review_not_claimed')
  })

  it('is not had on what is done', () => {
    const item = itemAfter(moves.claim('ann'), moves.reject('ann'))
    expect(attempt(item, moves.claim('ben'))).toBe('review_done')
  })
})

it('every status that the table leads to is one that it knows', () => {
  for (const status of statuses) {
    for (const to of Object.values(transitions[status])) expect(statuses).toContain(to)
  }
})
