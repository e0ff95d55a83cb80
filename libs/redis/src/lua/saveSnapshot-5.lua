-- Puts a snapshot in the place of the expected one, with the documents that are not there yet, and tells the followers.
-- KEYS 1 head (hash: version, manifest)  2 history (list, newest first)  3 documents (hash: hash of a document -> document)
--      4 changes (stream)  5 sources (hash: source -> "time mark"): it is named by being saved
-- ARGV 1 expected version (0: none)  2 new version  3 source  4 time of saving (epoch ms)  5 snapshots kept in history
--      6 changes kept in the stream  7 hash of the manifest  8 number n of documents of the snapshot, manifest included
--      9 .. 8+n their hashes  9+n .. pairs of a hash and its document: those that may be new
-- Result {"saved"}  |  {"conflict", version that is stored}  |  {"missing"}: a document is neither stored nor given
local mark = tonumber(string.match(redis.call('HGET', KEYS[5], ARGV[3]) or '', ' (%d+)$')) or 0
redis.call('HSET', KEYS[5], ARGV[3], ARGV[4] .. ' ' .. string.format('%d', mark + 1))
local head = redis.call('HMGET', KEYS[1], 'version', 'manifest')
local stored = tonumber(head[1] or '0')
-- The answer to the first attempt was lost.
if stored == tonumber(ARGV[2]) and head[2] == ARGV[7] then return { 'saved' } end
if stored ~= tonumber(ARGV[1]) then return { 'conflict', tostring(stored) } end

local count = tonumber(ARGV[8])
local given = {}
for i = 9 + count, #ARGV, 2 do given[ARGV[i]] = ARGV[i + 1] end
for i = 9, 8 + count do
  if not given[ARGV[i]] and redis.call('HEXISTS', KEYS[3], ARGV[i]) == 0 then return { 'missing' } end
end
for hash, document in pairs(given) do redis.call('HSETNX', KEYS[3], hash, document) end
redis.call('HSET', KEYS[1], 'version', ARGV[2], 'manifest', ARGV[7])
redis.call('LPUSH', KEYS[2], ARGV[2] .. ' ' .. ARGV[4] .. ' ' .. table.concat(ARGV, ' ', 9, 8 + count))
redis.call('LTRIM', KEYS[2], 0, tonumber(ARGV[5]) - 1)
redis.call('XADD', KEYS[4], 'MAXLEN', '~', ARGV[6], '*', 'source', ARGV[3], 'version', ARGV[2])
return { 'saved' }
