-- Gives the lease up; the epoch stays, so that the next one is above it.
-- KEYS 1 lease (hash: holder, epoch, sequence)
-- ARGV 1 holder  2 its epoch
-- Result 1, or 0: the lease is another's
local record = redis.call('HMGET', KEYS[1], 'holder', 'epoch')
if record[1] ~= ARGV[1] or record[2] ~= ARGV[2] then return 0 end
redis.call('HSET', KEYS[1], 'holder', '')
redis.call('HINCRBY', KEYS[1], 'sequence', 1)
return 1
