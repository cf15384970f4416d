import { oneOf, useAddress } from '../parts/address.ts'
import { SelectFilter } from '../parts/filters.tsx'
import { type Range, rangeNames } from './monitor.ts'
import { useMonitorText } from './text.ts'

export function useRange(): Range {
  const { get } = useAddress()
  return oneOf(rangeNames, get('range')) ?? 'hour'
}

export function RangeFilter() {
  const t = useMonitorText()
  return (
    <SelectFilter
      name="range"
      label={t('range')}
      options={rangeNames.map((value) => ({
        value: value === 'hour' ? '' : value,
        label: t(`range_${value}`),
      }))}
    />
  )
}
