-- Reads the lease.
-- KEYS 1 lease (hash: holder, epoch, sequence)
-- ARGV none
-- Result {run id of the server, holder or "", epoch or "0", sequence or "0"}
local run = string.match(redis.call('INFO', 'server'), 'run_id:(%w+)')
local record = redis.call('HMGET', KEYS[1], 'holder', 'epoch', 'sequence')
return { run, record[1] or '', record[2] or '0', record[3] or '0' }
