import i18next, { type FormatterModule } from 'i18next'
import { initReactI18next, useTranslation } from 'react-i18next'

export const languages = { en: 'English', fr: 'Français' } as const
export type Language = keyof typeof languages

const CHOSEN = 'alta.language'

export const currentLanguage = (): Language => (i18next.language === 'fr' ? 'fr' : 'en')

/** Made once: making one takes longer than all else about a sentence, and a page of text has hundreds. */
const numbers = {
  en: new Intl.NumberFormat('en'),
  fr: new Intl.NumberFormat('fr'),
} satisfies Record<Language, Intl.NumberFormat>

/** Numbers in a sentence as people read them: 1,000. */
const grouped: FormatterModule = {
  type: 'formatter',
  init: () => undefined,
  add: () => undefined,
  addCached: () => undefined,
  format: (value, _format, language) =>
    typeof value === 'number' ? numbers[language === 'fr' ? 'fr' : 'en'].format(value) : value,
}

/** The language that somebody has chosen here, else the browser's, else English. */
export async function startText(): Promise<void> {
  const wanted = localStorage.getItem(CHOSEN) ?? navigator.language.slice(0, 2)
  await i18next
    .use(initReactI18next)
    .use(grouped)
    .init({
      lng: wanted === 'fr' ? 'fr' : 'en',
      fallbackLng: 'en',
      ns: [],
      // React escapes what it shows.
      interpolation: { escapeValue: false, alwaysFormat: true },
      react: { bindI18n: 'languageChanged' },
    })
  document.documentElement.lang = currentLanguage()
}

export async function chooseLanguage(language: Language): Promise<void> {
  localStorage.setItem(CHOSEN, language)
  await i18next.changeLanguage(language)
  document.documentElement.lang = language
}

/** English and French of one phrase. Plurals: keys that end in `_one` and `_other`, asked for without, with `count`. */
type Phrases = Readonly<Record<string, readonly [english: string, french: string]>>
type Key<Words extends Phrases> = keyof Words extends infer Name
  ? Name extends `${infer Stem}_one` | `${infer Stem}_other`
    ? Stem
    : Name
  : never

/** In the source spaces are plain; a line must not break before `:` nor inside « … ». */
export const typeset = (french: string): string => french.replaceAll(/ (?=[:;?!»%])|(?<=«) /g, '\u00a0')

export type Text<Words extends Phrases> = (
  key: Key<Words> & string,
  values?: Readonly<Record<string, string | number>>,
) => string

/**
 * The words of one part of the console, both languages side by side, loaded with that part.
 * @returns a hook that gives `t('key', { values })`; a key that is not there does not compile
 */
export function textOf<const Words extends Phrases>(part: string, words: Words): () => Text<Words> {
  const bundle = (phrase: (both: Phrases[string]) => string) =>
    Object.fromEntries(Object.entries(words).map(([key, both]) => [key, phrase(both)]))
  const english = bundle((both) => both[0])
  const french = bundle((both) => typeset(both[1]))
  const add = () => {
    i18next.addResourceBundle('en', part, english)
    i18next.addResourceBundle('fr', part, french)
  }
  if (i18next.isInitialized) add()
  else i18next.on('initialized', add)
  return () => {
    const { t } = useTranslation(part)
    // Every key has both languages, so a string comes; i18next’s own types would look the phrase up.
    const translate = t as unknown as (key: string, values: object) => string
    return (key, values) => translate(key, { ...values })
  }
}
