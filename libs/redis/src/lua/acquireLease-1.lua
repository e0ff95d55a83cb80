-- Takes the lease if its record is exactly as it was seen.
-- KEYS 1 lease (hash: holder, epoch, sequence)
-- ARGV 1 who takes it  2 run id of the server, 3 holder, 4 epoch, 5 sequence as they were seen
--      6 floor: the new epoch is above it, and above the one that was seen
-- Result the new epoch, or 0: the record is another one by now
-- What is no number of ours counts as none, so that a record that somebody damaged can still be taken.
local function number(word)
  return word and #word < 16 and string.match(word, '^%d+$') or '0'
end
local run = string.match(redis.call('INFO', 'server'), 'run_id:(%w+)')
local record = redis.call('HMGET', KEYS[1], 'holder', 'epoch', 'sequence')
if run ~= ARGV[2] or (record[1] or '') ~= ARGV[3] or number(record[2]) ~= ARGV[4] or number(record[3]) ~= ARGV[5] then
  return 0
end
local epoch = math.max(tonumber(ARGV[4]), tonumber(ARGV[6])) + 1
redis.call('HSET', KEYS[1], 'holder', ARGV[1], 'epoch', string.format('%d', epoch), 'sequence', '0')
return epoch
