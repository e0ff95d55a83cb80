-- Deletes everything of a source that nobody works with any more, unless it was named since.
-- KEYS 1 sources (hash: source -> "time mark")  2 head  3 history  4 documents of the source
-- ARGV 1 source  2 its "time mark" as it was seen
-- Result 1, or 0: it was named since, or it is gone already
if redis.call('HGET', KEYS[1], ARGV[1]) ~= ARGV[2] then return 0 end
redis.call('DEL', KEYS[2], KEYS[3], KEYS[4])
redis.call('HDEL', KEYS[1], ARGV[1])
return 1
