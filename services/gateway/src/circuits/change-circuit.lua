-- Changes the circuit of one upstream, in one step that nothing comes between; circuit.ts says what each command means.
-- KEYS  the hash of all circuits: upstream → JSON; no field is a closed circuit
-- ARGV  the clock in milliseconds, or '' for Redis' own, which all gateways share; upstream, command, id of a trial,
--       reason; milliseconds open, milliseconds of a trial, trials at once, successes needed
-- Answers the clock, whether a call may be made (1 or 0), and the circuit before and after, '' for closed.
local now = tonumber(ARGV[1])
if not now then
  local time = redis.call('TIME')
  now = time[1] * 1000 + math.floor(time[2] / 1000)
end
local upstream, command, id, reason = ARGV[2], ARGV[3], ARGV[4], ARGV[5]
local open_ms, trial_ms, most, needed = tonumber(ARGV[6]), tonumber(ARGV[7]), tonumber(ARGV[8]), tonumber(ARGV[9])
local before = redis.call('HGET', KEYS[1], upstream) or ''
local circuit = before ~= '' and cjson.decode(before) or nil
local granted = 0

local function opened(untilWhen, by_hand, why)
  return { state = 'open', since = now, ['until'] = untilWhen, trials = {}, successes = 0, byHand = by_hand, reason = why }
end

if command == 'open' then
  circuit = circuit or opened(now + open_ms, false, reason)
elseif command == 'open-by-hand' then
  circuit = opened(0, true, reason)
elseif command == 'close-by-hand' then
  circuit, granted = nil, 1
elseif command == 'trial' then
  if not circuit then
    granted = 1
  elseif not circuit.byHand and (circuit.state == 'half_open' or now >= circuit['until']) then
    local alive, count = {}, 0
    for trial, untilWhen in pairs(circuit.trials) do
      if untilWhen > now then
        alive[trial] = untilWhen
        count = count + 1
      end
    end
    circuit.trials = alive
    if count < most then
      if circuit.state == 'open' then circuit.since = now end
      circuit.state = 'half_open'
      alive[id] = now + trial_ms
      granted = 1
    end
  end
elseif circuit and circuit.trials[id] then
  circuit.trials[id] = nil
  if command == 'failure' then
    circuit = opened(now + open_ms, false, circuit.reason)
  elseif command == 'success' then
    circuit.successes = circuit.successes + 1
    if circuit.successes >= needed then circuit = nil end
  end
end

local after = circuit and cjson.encode(circuit) or ''
if after == '' then
  redis.call('HDEL', KEYS[1], upstream)
else
  redis.call('HSET', KEYS[1], upstream, after)
end
return { now, granted, before, after }
