import { dictionary } from '@zxcvbn-ts/language-common'

/**
 * The passwords that every attacker tries first: the 49,000 most frequent of public breaches, as zxcvbn has them
 * (18,000 have eight characters or more); each word below alone and with the usual endings, some 4,000 in all, for
 * years and languages that the list is too old or too English for; and rows of keys.
 */
const words = `
  password passw0rd p@ssword p@ssw0rd pa55word pa55w0rd passwort motdepasse contrasena wachtwoord senha
  qwerty qwertz azerty qwertyuiop qazwsx qweasd asdfgh asdfghjkl zxcvbn zxcvbnm abcdef abcdefgh abc123 1q2w3e 1qaz2wsx
  welcome willkommen bienvenue letmein changeme default secret topsecret access login admin administrator root
  user guest test tester testing demo sample master manager support service system server database computer
  internet windows linux ubuntu google facebook twitter linkedin youtube microsoft samsung apple iphone android
  iloveyou loveyou lovely love sweetheart darling honey angel babygirl princess prince queen king beautiful
  sunshine rainbow flower butterfly chocolate cookie cheese coffee banana orange cherry pepper ginger
  monkey dragon tiger lion panther eagle falcon phoenix mustang horse dolphin shark wolf kitten puppy rabbit
  football baseball basketball soccer hockey tennis golf liverpool arsenal chelsea barcelona realmadrid juventus
  superman batman spiderman ironman starwars matrix pokemon naruto minecraft fortnite counter gamer player
  shadow hunter killer ninja warrior knight wizard merlin gandalf hacker trustno1 whatever nothing freedom
  michael michelle jennifer jessica jordan ashley amanda nicole daniel thomas charlie robert william george
  andrew joshua matthew anthony alexander alexandra christian christine maria patrick samantha stephanie
  summer winter spring autumn january february march april june july august september october november december
  monday tuesday wednesday thursday friday saturday sunday london paris berlin america canada germany france
  mercedes ferrari porsche corvette harley yamaha honda toyota money dollar business company office letter
  hello helloworld goodbye forever family mother father brother sister friend friends happy smile music guitar
  alta altaadmin 123456 12345678 123456789 1234567890 123123 111111 000000 121212 654321 987654321 112233
`
  .trim()
  .split(/\s+/)

const endings =
  '|1|2|7|12|11|01|21|69|99|00|123|321|1234|12345|123456|!|!!|1!|123!|@123|#1|2020|2021|2022|2023|2024|2025|2026'.split(
    '|',
  )

const common = new Set([
  ...dictionary['passwords-common'],
  ...words.flatMap((word) => endings.map((ending) => word + ending)),
])

/** Rows of keys, walked in either direction and as often as it takes. */
const rows = ['01234567890123456789', 'qwertyuiop', 'asdfghjkl', 'zxcvbnm', 'abcdefghijklmnopqrstuvwxyz']
const walks = rows.flatMap((row) => [row.repeat(2), [...row].reverse().join('').repeat(2)])

export function isCommon(password: string): boolean {
  const lower = password.toLowerCase()
  return common.has(lower) || /^(.{1,4})\1+$/u.test(lower) || walks.some((walk) => walk.includes(lower))
}
