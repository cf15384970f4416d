-- KEYS: stream, state. ARGV: entry (empty: only make the stream), an epoch to begin with, most entries kept.
-- The epoch changes when the stream was lost: ids alone would not tell, since they go on with the clock. Numbers are
-- without gaps, so that a reader sees when entries were trimmed before it had them.
if redis.call('exists', KEYS[1]) == 0 or redis.call('exists', KEYS[2]) == 0 then
  redis.call('del', KEYS[2])
  redis.call('hset', KEYS[2], 'epoch', ARGV[2])
elseif ARGV[1] == '' then
  return ''
end
local number = redis.call('hincrby', KEYS[2], 'number', 1)
local epoch = redis.call('hget', KEYS[2], 'epoch')
return redis.call('xadd', KEYS[1], 'maxlen', '~', ARGV[3], '*', 'epoch', epoch, 'number', number, 'entry', ARGV[1])
