import { useState } from 'react'
import { TextField } from '../../ui/field.tsx'
import { count, percent } from '../parts/figures.ts'
import partStyles from '../parts/parts.module.css'
import type { Pace } from './letters.ts'
import { useLettersText } from './text.ts'

/** As the service has it unless told. */
const usual = { steps: '1, 10, 100', perSecond: '50', threshold: '10', patienceSeconds: '1800' }

/** How carefully a retry goes, as it is entered. `pace` is undefined while something does not read as a number. */
export function usePace() {
  const [entered, enter] = useState(usual)
  const steps = entered.steps
    .split(/[\s,;]+/)
    .filter(Boolean)
    .map(Number)
  const areStepsGood = steps.length <= 10 && steps.every((each) => Number.isInteger(each) && each >= 1)
  const [perSecond, threshold, patienceSeconds] = [
    Number(entered.perSecond),
    Number(entered.threshold) / 100,
    Number(entered.patienceSeconds),
  ]
  const isGood =
    areStepsGood &&
    perSecond >= 1 &&
    perSecond <= 500 &&
    threshold >= 0 &&
    threshold <= 1 &&
    patienceSeconds >= 1
  const pace: Pace | undefined = isGood ? { steps, perSecond, threshold, patienceSeconds } : undefined
  return { entered, enter, pace, areStepsGood }
}

export function PaceFields({ entered, enter, areStepsGood }: ReturnType<typeof usePace>) {
  const t = useLettersText()
  return (
    <div className={partStyles.columns}>
      <TextField
        label={t('steps')}
        hint={t('stepsHint')}
        fault={areStepsGood ? undefined : t('stepsFault')}
        value={entered.steps}
        onChange={(event) => enter({ ...entered, steps: event.target.value })}
      />
      <TextField
        label={t('perSecond')}
        type="number"
        min={1}
        max={500}
        required
        value={entered.perSecond}
        onChange={(event) => enter({ ...entered, perSecond: event.target.value })}
      />
      <TextField
        label={t('threshold')}
        type="number"
        min={0}
        max={100}
        step="0.1"
        required
        value={entered.threshold}
        onChange={(event) => enter({ ...entered, threshold: event.target.value })}
      />
      <TextField
        label={t('patience')}
        type="number"
        min={1}
        max={86_400}
        required
        value={entered.patienceSeconds}
        onChange={(event) => enter({ ...entered, patienceSeconds: event.target.value })}
      />
    </div>
  )
}

/** What a retry will do, in words: "Sends 1, then 10, then 100, then the remaining 889". */
export function PlanInWords({ total, pace }: { total: number; pace: Pace }) {
  const t = useLettersText()
  const limit = percent(pace.threshold)
  if (pace.steps.length === 0) return <p>{t('planAll', { total, limit })}</p>
  let left = total
  const parts: string[] = []
  for (const size of pace.steps) {
    if (left === 0) break
    parts.push(count(Math.min(size, left)))
    left -= Math.min(size, left)
  }
  if (left > 0) parts.push(t('thenRest', { count: left }))
  return <p>{t('plan', { steps: parts.join(' → '), limit })}</p>
}
