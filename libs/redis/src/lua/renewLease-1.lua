-- Renews the lease of its holder, with a higher epoch where one is needed.
-- KEYS 1 lease (hash: holder, epoch, sequence)
-- ARGV 1 holder  2 its epoch  3 floor: an epoch that is not above it is raised to floor + 1
-- Result {run id of the server, epoch, sequence}, or an empty list: the lease is another's
local record = redis.call('HMGET', KEYS[1], 'holder', 'epoch')
if record[1] ~= ARGV[1] or record[2] ~= ARGV[2] then return {} end
local run = string.match(redis.call('INFO', 'server'), 'run_id:(%w+)')
local epoch = ARGV[2]
if tonumber(ARGV[3]) >= tonumber(epoch) then
  epoch = string.format('%d', tonumber(ARGV[3]) + 1)
  redis.call('HSET', KEYS[1], 'epoch', epoch)
end
return { run, epoch, tostring(redis.call('HINCRBY', KEYS[1], 'sequence', 1)) }
