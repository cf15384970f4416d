import { useState } from 'react'
import { useGeneralText } from '../text/general.ts'
import { chooseLanguage, currentLanguage, type Language, languages } from '../text/text.ts'
import { SelectField } from './field.tsx'
import styles from './preferences.module.css'
import { chooseTheme, currentTheme, type Theme, themes } from './theme.ts'

/** Language and theme of this browser; before signing in too. */
export function Preferences() {
  const t = useGeneralText()
  const [theme, setTheme] = useState(currentTheme)
  return (
    <div className={styles.pair}>
      <SelectField
        label={t('language')}
        value={currentLanguage()}
        options={Object.entries(languages).map(([value, label]) => ({ value, label }))}
        // The options are the languages there are.
        onChange={(event) => chooseLanguage(event.target.value as Language)}
      />
      <SelectField
        label={t('theme')}
        value={theme}
        options={themes.map((value) => ({ value, label: t(value) }))}
        onChange={(event) => {
          // The options are the themes there are.
          const chosen = event.target.value as Theme
          chooseTheme(chosen)
          setTheme(chosen)
        }}
      />
    </div>
  )
}
