// SPDX-License-Identifier: MIT
// How scripts read and write records, in Lua. What is under which key: asyncz-store(7).
#pragma once

#include <string_view>

namespace asyncz::stores::redis {

// KEYS: tasks, run times, shelves, held, and the channel of changes, which is no key but lies
// beside them. A shelf holds the ids of one priority and queue, by moment; `shelves` names those
// there are, and `held` who holds what.
inline constexpr std::string_view record_steps = R"lua(
local tasks, times, shelves, held, channel = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5]
local never = '9223372036854775807'

local function text(number) return string.format('%.0f', number) end

-- revision, fence, moment, shelf and where the sealed bytes begin; nothing of what is not ours
local function parse(value)
  return string.match(value, '^(%d+) (%d+) (%-?%d+) (%-?%d:[@%w%._-]+)\n()')
end

local function unshelve(id, shelf)
  redis.call('ZREM', times .. ':' .. shelf, id)
end

local function shelve(id, moment, shelf)
  if moment == never then
    redis.call('ZADD', times, '+inf', id)
    unshelve(id, shelf)
  else
    redis.call('ZADD', times, moment, id)
    if redis.call('ZADD', times .. ':' .. shelf, moment, id) == 1 then
      redis.call('SADD', shelves, shelf)
    end
  end
end

local function put(id, moment, shelf, value, shelf_before)
  redis.call('HSET', tasks, id, value)
  if shelf_before and shelf_before ~= shelf then unshelve(id, shelf_before) end
  shelve(id, moment, shelf)
end

local function remove(id, shelf)
  redis.call('HDEL', tasks, id)
  redis.call('ZREM', times, id)
  redis.call('HDEL', held, id)
  if shelf then unshelve(id, shelf) end
end

local function server_time()
  local time = redis.call('TIME')
  return time[1] * 1000000 + time[2]
end

-- The time is the server's; in tests, where somebody gives one, that.
local function time_or(given)
  return given == '' and server_time() or tonumber(given)
end

local function tell(from, ids)
  if #ids > 0 then redis.call('PUBLISH', channel, from .. '\n' .. table.concat(ids, '\n')) end
end
)lua";

}  // namespace asyncz::stores::redis
