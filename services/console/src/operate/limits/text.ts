import { textOf } from '../../text/text.ts'

export const useLimitsText = textOf('operate-limits', {
  title: ['Limits', 'Limites'],
  words: [
    'How often callers may ask, counted over all gateways. They are set in the gateway’s configuration; one in shadow refuses nobody and is there to see whom it would refuse.',
    'La fréquence permise aux appelants, comptée sur toutes les passerelles. Elles se règlent dans la configuration de la passerelle ; une limite à l’essai ne refuse personne et montre qui elle refuserait.',
  ],
  notShared: [
    'The gateways do not see each other now (Redis is away): each counts by itself, and there are no figures of the last day.',
    'Les passerelles ne se voient pas (Redis absent) : chacune compte seule, sans chiffres du dernier jour.',
  ],
  none: ['No limit is set', 'Aucune limite n’est réglée'],
  policy: ['Limit', 'Limite'],
  everybody: ['all requests', 'toutes les requêtes'],
  user: ['each user', 'chaque utilisateur'],
  address: ['each address', 'chaque adresse'],
  counts: ['Counts', 'Compte'],
  rate: ['Requests', 'Requêtes'],
  burst: ['At once', 'D’un coup'],
  perSecond: ['{{requests}} a second', '{{requests}} par seconde'],
  perMinute: ['{{requests}} a minute', '{{requests}} par minute'],
  perHour: ['{{requests}} an hour', '{{requests}} par heure'],
  enforced: ['enforced', 'appliquée'],
  shadow: ['in shadow', 'à l’essai'],
  off: ['off', 'inactive'],
  allowed: ['Let through', 'Passées'],
  denied: ['Refused', 'Refusées'],
  wouldHaveDenied: ['Would have been refused', 'Auraient été refusées'],
  lastDay: ['Figures are of the last 24 hours.', 'Chiffres des dernières 24 heures.'],
  routes: ['What costs more', 'Ce qui coûte plus'],
  routesWords: [
    'A request takes one unit of each limit that counts it. These take more, or are counted by a limit of their own besides.',
    'Une requête prend une unité de chaque limite qui la compte. Celles-ci prennent plus, ou ont en outre leur propre limite.',
  ],
  route: ['Route', 'Route'],
  cost: ['Units', 'Unités'],
  besides: ['Also counted by', 'Aussi comptée par'],
})
