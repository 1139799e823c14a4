// SPDX-License-Identifier: MIT
// The scripts of history and notes.
#include "stores/redis/scripts.hpp"

namespace asyncz::stores::redis {
namespace {

// KEYS: runs by name, the names by when they were recorded, the names in order, how many bytes they
// are. A name is TAG.FENCE.PART.
constexpr std::string_view run_steps = R"lua(
local runs, by_time, by_name, bytes = KEYS[1], KEYS[2], KEYS[3], KEYS[4]

local function remove(name)
  local size = redis.call('HSTRLEN', runs, name)
  if size > 0 then redis.call('DECRBY', bytes, size) end
  redis.call('HDEL', runs, name)
  redis.call('ZREM', by_time, name)
  redis.call('ZREM', by_name, name)
end
)lua";

// KEYS: notes, and the channel of changes. A note is kept under KIND:NAME as `EXPIRES OWNER` and a
// line's end before its content.
constexpr std::string_view note_steps = R"lua(
local notes, channel = KEYS[1], KEYS[2]

local function server_time()
  local time = redis.call('TIME')
  return time[1] * 1000000 + time[2]
end

local function is_alive(stored)
  local expires = string.match(stored, '^(%d+) ')
  return expires and tonumber(expires) > server_time()
end

local function drop_dead()
  local all = redis.call('HGETALL', notes)
  for i = 1, #all, 2 do
    if not is_alive(all[i + 1]) then redis.call('HDEL', notes, all[i]) end
  end
end
)lua";

}  // namespace

// KEYS[5]: tasks. ARGV: name, when, value, and the id and fence of a reservation that must hold, or
// nothing. 1, or 0: it does not.
const Script record_run_script{run_steps, R"lua(
local name = ARGV[1]
if ARGV[4] ~= '' then
  local stored = redis.call('HGET', KEYS[5], ARGV[4])
  local fence = string.match(stored or '', '^%d+ (%d+) ')
  if fence ~= ARGV[5] then return 0 end
end
remove(name)
redis.call('HSET', runs, name, ARGV[3])
redis.call('ZADD', by_time, ARGV[2], name)
redis.call('ZADD', by_name, 0, name)
redis.call('INCRBY', bytes, #ARGV[3])
return 1
)lua"};

// ARGV: the time before which runs go, how many bytes may stay. How many were removed, at most
// 1,000.
const Script prune_script{run_steps, R"lua(
local old = redis.call('ZRANGEBYSCORE', by_time, '-inf', '(' .. ARGV[1], 'LIMIT', 0, 1000)
for _, name in ipairs(old) do remove(name) end
local removed = #old
while removed < 1000 and tonumber(redis.call('GET', bytes) or '0') > tonumber(ARGV[2]) do
  local first = redis.call('ZRANGE', by_time, 0, 0)
  if #first == 0 then break end
  remove(first[1])
  removed = removed + 1
end
return removed
)lua"};

// ARGV: KIND:NAME, how long it lives in µs or nothing, owner, content, and `worker` or `key` where
// it may not replace another's. 1, or 0: there is one.
const Script put_note_script{note_steps, R"lua(
local stored = redis.call('HGET', notes, ARGV[1])
local alive = stored and is_alive(stored)
if ARGV[5] == 'key' and stored then return 0 end
local owner = stored and string.match(stored, '^%d+ (%S+)\n')
if ARGV[5] == 'worker' and alive and owner ~= ARGV[3] then return 0 end
local expires = '9223372036854775807'
if ARGV[2] ~= '' then expires = string.format('%.0f', server_time() + tonumber(ARGV[2])) end
if ARGV[5] == 'worker' then drop_dead() end
redis.call('HSET', notes, ARGV[1], expires .. ' ' .. ARGV[3] .. '\n' .. ARGV[4])
if ARGV[5] ~= 'worker' or not alive then redis.call('PUBLISH', channel, '\n') end
return 1
)lua"};

// ARGV: `KIND:`. (name, content) of each note that lives.
const Script notes_script{note_steps, R"lua(
local found = {}
local all = redis.call('HGETALL', notes)
for i = 1, #all, 2 do
  if string.sub(all[i], 1, #ARGV[1]) == ARGV[1] and is_alive(all[i + 1]) then
    found[#found + 1] = {string.sub(all[i], #ARGV[1] + 1),
                         string.sub(all[i + 1], (string.find(all[i + 1], '\n', 1, true)) + 1)}
  end
end
return found
)lua"};

}  // namespace asyncz::stores::redis
