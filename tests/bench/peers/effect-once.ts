/** Inbox row and effect in one statement, which is one transaction and one round trip. */
export const EFFECT_ONCE = `
  with entered as (insert into inbox (id) values ($1) on conflict do nothing returning id)
  insert into effects (id) select id from entered
  on conflict (id) do update set times = effects.times + 1`
