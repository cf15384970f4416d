import { textOf } from '../../text/text.ts'

export const useCircuitsText = textOf('operate-circuits', {
  title: ['Circuits', 'Disjoncteurs'],
  words: [
    'Between the gateway and each service. After five failures in a row a service is not asked for a while; then calls by way of trial decide.',
    'Entre la passerelle et chaque service. Après cinq échecs de suite, un service n’est plus appelé un moment ; des essais décident ensuite.',
  ],
  notShared: [
    'The gateways do not see each other now (Redis is away): this is what one of them knows.',
    'Les passerelles ne se voient pas (Redis absent) : voici ce qu’une seule sait.',
  ],
  none: ['The gateways have asked no service yet', 'Les passerelles n’ont encore appelé aucun service'],
  upstream: ['Service', 'Service'],
  closed: ['closed: asked', 'fermé : appelé'],
  open: ['open: not asked', 'ouvert : pas appelé'],
  half_open: ['on trial', 'à l’essai'],
  since: ['Since', 'Depuis'],
  retryAt: ['Trial from', 'Essai dès'],
  successes: ['Trials that went well', 'Essais réussis'],
  byHand: ['by hand', 'à la main'],
  openIt: ['Open…', 'Ouvrir…'],
  closeIt: ['Close…', 'Fermer…'],
  openTitle: ['Open the circuit of {{upstream}}', 'Ouvrir le disjoncteur de {{upstream}}'],
  closeTitle: ['Close the circuit of {{upstream}}', 'Fermer le disjoncteur de {{upstream}}'],
  openWords: [
    'No gateway asks {{upstream}} from now on: callers are told 503 at once. It stays so until somebody closes it by hand.',
    'Plus aucune passerelle n’appelle {{upstream}} : réponse 503 immédiate. Jusqu’à fermeture à la main.',
  ],
  closeWords: [
    'Every gateway asks {{upstream}} again at once. If it still fails, the circuit opens by itself after five failures.',
    'Toutes les passerelles appellent de nouveau {{upstream}}. S’il échoue encore, il s’ouvre seul après cinq échecs.',
  ],
  openNow: ['Open', 'Ouvrir'],
  closeNow: ['Close', 'Fermer'],
  history: ['Changed by hand', 'Changements à la main'],
  opened: ['opened', 'ouvert'],
  closedBy: ['closed', 'fermé'],
  noHistory: ['Nobody has changed one yet.', 'Aucun changement à ce jour.'],
  who: ['Who', 'Qui'],
  changed: ['{{upstream}} is {{state}} now.', '{{upstream}} est {{state}}.'],
})
