-- KEYS: stream, state. ARGV: entry (empty: a mark), an epoch to begin with, most entries kept, what the mark is for:
-- 'begin' makes the stream where there is none, 'gap' passes over a number.
-- The epoch changes when the stream was lost: ids alone would not tell, since they go on with the clock. Numbers are
-- without gaps, so that a reader sees when entries were trimmed before it had them, or could not be written at all.
if redis.call('exists', KEYS[1]) == 0 or redis.call('exists', KEYS[2]) == 0 then
  redis.call('del', KEYS[2])
  redis.call('hset', KEYS[2], 'epoch', ARGV[2])
elseif ARGV[4] == 'begin' then
  return ''
end
local number = redis.call('hincrby', KEYS[2], 'number', ARGV[4] == 'gap' and 2 or 1)
local epoch = redis.call('hget', KEYS[2], 'epoch')
return redis.call('xadd', KEYS[1], 'maxlen', '~', ARGV[3], '*', 'epoch', epoch, 'number', number, 'entry', ARGV[1])
