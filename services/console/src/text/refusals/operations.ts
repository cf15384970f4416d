import { counted, listIn, numberIn, type RefusalWords } from './words.ts'

/** Running the platform. */
export const ofOperations: RefusalWords = {
  // Dead letters
  group_not_found: 'Ce groupe de lettres mortes n’existe pas.',
  dead_letter_not_found: 'Ce message n’est pas dans ce groupe.',
  selection_required: 'Dites lesquelles : des groupes, des messages ou un filtre qui n’est pas vide.',
  filter_matches_everything: (refusal) => {
    const matching = numberIn(refusal, 'matching')
    const all =
      matching === undefined
        ? 'toutes les lettres mortes'
        : counted(matching, 'lettre morte', 'lettres mortes')
    return `Ce filtre n’écarte rien : il retient ${all}, toutes celles qu’il y a. Précisez-le.`
  },
  nothing_matches: 'Aucune lettre morte ne s’y prête ; rien n’a été fait.',
  patch_breaks_messages:
    'Avec cette modification, des messages ne respecteraient plus leur contrat. Rien n’a été modifié.',
  own_proposal: 'Vous l’avez proposé ; quelqu’un d’autre doit accepter.',
  proposal_not_found: 'Cette proposition n’existe pas.',
  proposal_decided: 'Cette proposition est déjà tranchée.',
  proposal_expired: 'Personne n’a tranché à temps. Proposez-le à nouveau.',

  // Queues, handlers and services
  queue_not_found: 'Cette file n’existe pas.',
  service_not_found: 'Ce service n’existe pas.',
  handler_not_found: 'Ce gestionnaire n’existe pas.',
  handler_not_paused: 'Ce gestionnaire n’est pas au repos.',
  handler_must_run: 'Ce gestionnaire note tout ce qui est fait : il ne se met pas au repos.',
  outbox_event_not_found: 'Cet événement n’est pas parmi les envois.',
  outbox_event_not_failed: 'Le courtier n’a pas refusé cet événement.',
  parked_message_not_found: 'Ce message n’attend aucun nouvel essai.',
  scaling_unavailable: 'Cette installation ne permet pas de changer le nombre de répliques.',
  not_scalable: 'Le nombre de répliques de ce service ne se change pas.',
  too_many_replicas: 'C’est plus de répliques qu’il n’est possible ici.',
  scaled_meanwhile: 'Quelqu’un vient d’en changer le nombre de répliques. Vérifiez d’abord.',
  runner_unavailable: 'Le programme qui fait tourner les services ne répond pas.',
  cluster_unavailable: 'Le cluster ne répond pas.',
  circuit_not_found: 'Il n’y a pas de disjoncteur vers ce service.',

  // Events, replays and read models
  event_not_found: 'Cet événement n’existe pas.',
  chain_not_found: 'Aucun événement ne porte ce numéro de requête.',
  time_required: 'Pour chercher un texte, indiquez une période courte.',
  replay_not_found: 'Ce rejeu n’existe pas.',
  replay_not_in_state: 'L’état de ce rejeu ne permet pas cette action.',
  replay_running: 'Un rejeu vers ce service n’est pas encore terminé.',
  nothing_to_replay: 'Aucun événement traité par ce service ne correspond.',
  unknown_consumer: (refusal) => {
    const supported = listIn(refusal, 'supported')
    return `Rien de ce nom ne traite d’événements.${supported === undefined ? '' : ` Possibles : ${supported}.`}`
  },
  read_model_not_found: 'Ce modèle de lecture n’existe pas.',
  rebuild_running: 'Une reconstruction est déjà en cours : basculez vers elle, ou abandonnez-la.',
  no_rebuild: 'Aucune reconstruction n’est en cours.',
  read_model_behind: 'La reconstruction n’a pas encore rattrapé l’actuel.',
  read_model_differs: (refusal) => {
    const differing = numberIn(refusal, 'differing')
    return differing === undefined
      ? 'La reconstruction diffère de l’actuel : vérifiez d’abord.'
      : `La reconstruction diffère de l’actuel sur ${counted(differing, 'entrée')} : vérifiez d’abord.`
  },
  decision_not_found: 'Aucun refus n’est noté pour cette requête.',

  // Tasks and schedules
  task_not_found: 'Cette tâche n’existe pas, ou vous n’y avez pas accès.',
  invalid_transition: 'L’état de cette tâche ne permet pas cette action.',
  unknown_task_type: (refusal) => {
    const known = listIn(refusal, 'known')
    return `Il n’y a pas de tâche de ce type.${known === undefined ? '' : ` Types possibles : ${known}.`}`
  },
  too_many_streams: 'Vous suivez déjà trop de tâches à la fois. Fermez d’abord un onglet.',
  schedule_not_found: 'Cette planification n’existe pas.',
  schedule_exists: 'Une planification porte déjà ce nom.',
  schedule_just_fired: 'Cette planification vient d’être déclenchée.',
}
