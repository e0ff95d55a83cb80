-- Notes that a replica works with some sources, and tells of all that were ever noted.
-- KEYS 1 sources (hash: source -> "time mark"; the mark grows each time the source is named)
-- ARGV 1 time (epoch ms)  2 .. sources
-- Result {source, "time mark", source, "time mark", ...}
for i = 2, #ARGV do
  local mark = tonumber(string.match(redis.call('HGET', KEYS[1], ARGV[i]) or '', ' (%d+)$')) or 0
  redis.call('HSET', KEYS[1], ARGV[i], ARGV[1] .. ' ' .. string.format('%d', mark + 1))
end
return redis.call('HGETALL', KEYS[1])
