import { textOf } from '../text/text.ts'

/** Words that several pages of operators use. */
export const useOperateText = textOf('operate', {
  filter: ['Filter', 'Filtrer'],
  clear: ['Clear', 'Effacer'],
  any: ['Any', 'Tous'],
  time: ['Time', 'Heure'],
  from: ['From', 'Depuis'],
  to: ['To', 'Jusqu’à'],
  asTable: ['As a table', 'En tableau'],
  saveCsv: ['Save as CSV', 'Enregistrer en CSV'],
  service: ['Service', 'Service'],
  handler: ['Handler', 'Gestionnaire'],
  topic: ['Topic', 'Sujet'],
  state: ['State', 'État'],
  reason: ['Reason', 'Motif'],
  reasonHint: ['Read later by whoever asks why.', 'Lu plus tard par qui demandera pourquoi.'],
  needsWrite: [
    'Looking only: buttons need the permission operations:write.',
    'Lecture seule : les boutons demandent le droit operations:write.',
  ],
  whatHappens: ['What will happen', 'Ce qui va se passer'],
  you: ['you', 'vous'],
  none: ['none', 'aucun'],
  done: ['Done.', 'Fait.'],
  asked: ['Asked for: {{summary}}.', 'Demandé : {{summary}}.'],
  followTask: ['Follow', 'Suivre'],
  proposed: [
    'Proposed. Somebody else has to agree before anything happens.',
    'Proposé. Une autre personne doit accepter avant toute action.',
  ],
  proposals: ['Proposals', 'Propositions'],
  event: ['Event', 'Événement'],
  requestChain: ['Everything of this request', 'Toute cette requête'],
  details: ['Details', 'Détails'],
})
