import { currentLanguage, type Language, languages } from '../text/text.ts'
import { SelectField, TextField } from '../ui/field.tsx'
import { useAdminText } from './text.ts'

/** Somebody who is to be invited. */
export interface Guest {
  name: string
  email: string
  locale: Language
}

export const nobodyYet = (): Guest => ({ name: '', email: '', locale: currentLanguage() })

const choices = (Object.keys(languages) as Language[]).map((value) => ({ value, label: languages[value] }))

/** Who they are, and in which language the mail is. */
export function GuestFields({ guest, onChange }: { guest: Guest; onChange: (guest: Guest) => void }) {
  const t = useAdminText()
  return (
    <>
      <TextField
        label={t('guestName')}
        required
        value={guest.name}
        onChange={({ target }) => onChange({ ...guest, name: target.value })}
      />
      <TextField
        label={t('email')}
        type="email"
        required
        value={guest.email}
        onChange={({ target }) => onChange({ ...guest, email: target.value })}
      />
      <SelectField
        label={t('mailLanguage')}
        value={guest.locale}
        options={choices}
        onChange={({ target }) => onChange({ ...guest, locale: target.value === 'fr' ? 'fr' : 'en' })}
      />
    </>
  )
}
