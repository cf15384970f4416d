import { type Role, roles } from '@alta/kit/auth/permissions'
import { useWords } from '../permissions/text.ts'
import { Checkbox } from '../ui/field.tsx'
import list from '../ui/list.module.css'
import { useAdminText } from './text.ts'

/** Everybody is a member; the others can be chosen. */
export function RoleChoices({
  chosen,
  onChoose,
}: {
  chosen: readonly Role[]
  onChoose: (chosen: readonly Role[]) => void
}) {
  const t = useAdminText()
  const words = useWords()
  return (
    <fieldset className={list.choices}>
      <legend>{t('memberAlways')}</legend>
      {roles
        .filter((role) => role !== 'member')
        .map((role) => (
          <Checkbox
            key={role}
            label={words.role(role)}
            checked={chosen.includes(role)}
            onChange={({ target }) =>
              onChoose(target.checked ? [...chosen, role] : chosen.filter((each) => each !== role))
            }
          />
        ))}
    </fieldset>
  )
}
