-- Decides on requests, one after another in the order in which they came. Each takes from all of its counters or from
-- none, in one step that nothing comes between (GCRA).
-- A counter is a moment, in microseconds: when all that was taken will have been earned back. It is ahead of the clock
-- by what is in use; a key that is not there, or whose moment has passed, is a counter that is full.
-- KEYS  the counters of the first request, those of the second, and so on
-- ARGV  the clock, or '' for Redis' own, which all gateways share; then for each request how many counters it has, and
--       for each of these: microseconds that may be in use, microseconds asked for, 1 when it may refuse (0: it only
--       watches)
-- Answers, for each counter, whether it had enough (1 or 0) and the microseconds that are in use afterwards.
local clock = tonumber(ARGV[1])
if not clock then
  local time = redis.call('TIME')
  clock = time[1] * 1000000 + time[2]
end
local answer = {}
local first, at = 1, 2
while at <= #ARGV do
  local last = first + tonumber(ARGV[at]) - 1
  local kept = redis.call('MGET', unpack(KEYS, first, last))
  local refused, due = false, {}
  for key = first, last do
    local full, cost, enforced = tonumber(ARGV[at + 1]), tonumber(ARGV[at + 2]), ARGV[at + 3] == '1'
    at = at + 3
    -- Never more than all of it: a clock that was set back, or a limit made smaller, would shut callers out for long.
    local used = math.min(math.max((tonumber(kept[key - first + 1]) or clock) - clock, 0), full)
    local fits = used + cost <= full
    refused = refused or (enforced and not fits)
    due[key] = fits and used + cost
    answer[2 * key - 1] = fits and 1 or 0
    answer[2 * key] = used
  end
  for key = first, last do
    if due[key] and not refused then
      redis.call('SET', KEYS[key], string.format('%.0f', clock + due[key]), 'PX', math.ceil(due[key] / 1000))
      answer[2 * key] = due[key]
    end
  end
  first, at = last + 1, at + 1
end
return answer
