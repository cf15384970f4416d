import { TextField } from '../ui/field.tsx'
import { useTyped } from '../ui/use-typed.ts'

/**
 * A day of the calendar; empty for none. It is told once its year is whole: who types 2026 comes by the years 2, 20
 * and 202.
 */
export function DayField({
  label,
  day,
  fault,
  onDay,
}: {
  label: string
  day: string
  fault?: string | undefined
  onDay: (day: string) => void
}) {
  const [typed, setTyped] = useTyped(day, (told) => {
    if (told === '' || told >= '1000') onDay(told)
  })
  return (
    <TextField
      label={label}
      type="date"
      fault={fault}
      value={typed}
      onChange={({ target: { value } }) => setTyped(value)}
    />
  )
}
