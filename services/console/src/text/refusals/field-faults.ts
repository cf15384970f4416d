import { counted } from './words.ts'

const types: Readonly<Record<string, string>> = {
  string: 'un texte',
  number: 'un nombre',
  integer: 'un nombre entier',
  boolean: 'vrai ou faux',
  array: 'une liste',
  object: 'un objet',
  null: 'vide',
}

const formats: Readonly<Record<string, string>> = {
  email: 'une adresse électronique',
  uuid: 'un identifiant',
  uri: 'une adresse web',
  url: 'une adresse web',
  date: 'une date',
  'date-time': 'une date et une heure',
}

const each = (list: string, names: Readonly<Record<string, string>>): string =>
  list
    .split(', ')
    .map((name) => names[name] ?? name)
    .join(' ou ')

/**
 * A fault has no code: the gateway's sentences are few and of one form each, so that they are known by it, and those
 * of the forms that people fill in here as they are. Every other one stays as it comes.
 */
const forms: readonly (readonly [form: RegExp, french: (...parts: string[]) => string])[] = [
  [/^Is required$/, () => 'Obligatoire'],
  [/^A file is required$/, () => 'Il faut un fichier'],
  [/^Must be of the type (.+)$/, (list = '') => `Doit être ${each(list, types)}`],
  [/^Must be one of (.+)$/, (list) => `Doit être l’une de ces valeurs : ${list}`],
  [/^Must be (\S+)$/, (value) => `Doit être ${value}`],
  [/^Must have at least (\d+) characters?$/, (limit) => `Au moins ${counted(Number(limit), 'caractère')}`],
  [/^Must have at most (\d+) characters?$/, (limit) => `Au plus ${counted(Number(limit), 'caractère')}`],
  [/^Must have at least (\d+) items?$/, (limit) => `Au moins ${counted(Number(limit), 'élément')}`],
  [/^Must have at most (\d+) items?$/, (limit) => `Au plus ${counted(Number(limit), 'élément')}`],
  [/^Must be at least (\S+)$/, (limit) => `Doit être au moins ${limit}`],
  [/^Must be at most (\S+)$/, (limit) => `Doit être au plus ${limit}`],
  [/^Must be more than (\S+)$/, (limit) => `Doit être supérieur à ${limit}`],
  [/^Must be less than (\S+)$/, (limit) => `Doit être inférieur à ${limit}`],
  [/^Is no (\S+)$/, (format = '') => `N’est pas ${formats[format] ?? `de la forme ${format}`}`],
  [/^Does not have the right form$/, () => 'N’a pas la bonne forme'],
  [/^Has an unknown field: (.+)$/, (field) => `Comporte un champ inconnu : ${field}`],
  [/^Has none of the forms that are taken here$/, () => 'N’a aucune des formes acceptées ici'],

  // A service trims a text before it counts, as the gateway does not.
  [
    /^Too small: expected string to have >=(\d+) characters$/,
    (limit) => `Au moins ${counted(Number(limit), 'caractère')}`,
  ],
  [/^Invalid email address$/, () => 'N’est pas une adresse électronique'],
  [/^Must be at most (\d+) bytes$/, (limit) => `Au plus ${counted(Number(limit), 'octet')}`],
  [/^Must be well-formed Unicode( without NUL)?$/, () => 'Comporte des caractères mal formés'],
  [/^Must not contain control characters$/i, () => 'Ne doit pas comporter de caractères de contrôle'],
  [/^Must not contain a link or an address$/, () => 'Ne doit comporter ni lien ni adresse'],
  [/^must not contain a comma$/, () => 'Ne doit pas comporter de virgule'],
  [
    /^Is one of the passwords that are tried first; choose another$/,
    () => 'Fait partie des mots de passe essayés en premier ; choisissez-en un autre',
  ],
  [/^Must be a language tag such as en or fr-CA$/, () => 'Doit être un code de langue, comme en ou fr-CA'],
  [
    /^must be two lower-case letters as in ISO 639-1$/,
    () => 'Doit être un code de langue de deux lettres (ISO 639-1)',
  ],
  [/^must be of the year 1 or later$/, () => 'Doit être une date de notre ère'],
  [/^must be path=value$/, () => 'Doit être de la forme chemin=valeur'],
  [/^At least one is needed$/, () => 'Il en faut au moins un'],
  [/^Must be ASCII without spaces$/, () => 'Doit être en ASCII, sans espace'],
  [/^Must be an absolute URI$/, () => 'Doit être une adresse complète'],
  [/^Must not have a fragment$/, () => 'Ne doit pas comporter de fragment (#)'],
  [/^Must not have credentials in it$/, () => 'Ne doit comporter ni nom ni mot de passe'],
  [
    /^Must be https, or http to a loopback address; of a native program also a reversed domain name$/,
    () =>
      'Doit être en https, ou en http vers une adresse locale ; pour un programme installé, aussi un nom de domaine inversé',
  ],
]

/** @returns undefined for a sentence that is not known */
export function frenchFault(message: string): string | undefined {
  for (const [form, french] of forms) {
    const found = form.exec(message)
    if (found) return french(...found.slice(1))
  }
  return undefined
}
