-- Deletes the documents that no snapshot of the history refers to.
-- KEYS 1 history (list: "version time hash hash ...")  2 documents (hash: hash of a document -> document)
-- ARGV none
-- Result number of documents that were deleted
local kept = {}
for _, entry in ipairs(redis.call('LRANGE', KEYS[1], 0, -1)) do
  for word in string.gmatch(entry, '%S+') do kept[word] = true end
end
local deleted = 0
for _, hash in ipairs(redis.call('HKEYS', KEYS[2])) do
  if not kept[hash] then
    redis.call('HDEL', KEYS[2], hash)
    deleted = deleted + 1
  end
end
return deleted
