-- Takes from every counter or from none, in one step that nothing comes between (GCRA).
-- A counter is a moment, in microseconds: when all that was taken will have been earned back. It is ahead of the clock
-- by what is in use; a key that is not there, or whose moment has passed, is a counter that is full.
-- KEYS  the counters
-- ARGV  the clock, or '' for Redis' own, which all gateways share; then for each counter: microseconds that one unit
--       takes to come back, units it holds, units asked for, 1 when it may refuse (0: it only watches)
-- Answers, for each counter, whether it had enough (1 or 0) and the microseconds that are in use afterwards.
local clock = tonumber(ARGV[1])
if not clock then
  local time = redis.call('TIME')
  clock = time[1] * 1000000 + time[2]
end
local kept = redis.call('MGET', unpack(KEYS))
local rows, refused = {}, false
for i = 1, #KEYS do
  local interval, holds = tonumber(ARGV[4 * i - 2]), tonumber(ARGV[4 * i - 1])
  local cost, enforced = tonumber(ARGV[4 * i]), ARGV[4 * i + 1] == '1'
  -- Never more than all of it: a clock that was set back, or a limit made smaller, would shut callers out for long.
  local used = math.min(math.max((tonumber(kept[i]) or clock) - clock, 0), interval * holds)
  local wanted = used + interval * cost
  local fits = wanted <= interval * holds
  refused = refused or (enforced and not fits)
  rows[i] = { used = used, wanted = wanted, fits = fits }
end
local answer = {}
for i, row in ipairs(rows) do
  if row.fits and not refused then
    redis.call('SET', KEYS[i], string.format('%.0f', clock + row.wanted), 'PX', math.ceil(row.wanted / 1000))
    row.used = row.wanted
  end
  answer[2 * i - 1] = row.fits and 1 or 0
  answer[2 * i] = row.used
end
return answer
