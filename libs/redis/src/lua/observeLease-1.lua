-- Reads the lease.
-- KEYS 1 lease (hash: holder, epoch, sequence)
-- ARGV none
-- Result {run id of the server, holder or "", epoch or "0", sequence or "0"}
-- What is no number of ours counts as none, so that a record that somebody damaged can still be taken.
local function number(word)
  return word and #word < 16 and string.match(word, '^%d+$') or '0'
end
local run = string.match(redis.call('INFO', 'server'), 'run_id:(%w+)')
local record = redis.call('HMGET', KEYS[1], 'holder', 'epoch', 'sequence')
return { run, record[1] or '', number(record[2]), number(record[3]) }
