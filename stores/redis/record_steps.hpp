// SPDX-License-Identifier: MIT
// How scripts read and write records, in Lua. What is under which key: asyncz-store(7).
#pragma once

#include <string_view>

namespace asyncz::stores::redis {

// KEYS: tasks, run times, lanes, held, and the channel of changes, which is no key but lies beside
// them. A lane holds the ids of one priority and queue, by moment; `lanes` names those there are,
// and `held` who holds what.
inline constexpr std::string_view record_steps = R"lua(
local tasks, times, lanes, held, channel = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5]
local never = '9223372036854775807'

local function text(number) return string.format('%.0f', number) end

-- revision, fence, moment, lane and where the sealed bytes begin; nothing of what is not ours
local function parse(value)
  return string.match(value, '^(%d+) (%d+) (%-?%d+) (%-?%d:[@%w%._-]+)\n()')
end

local function unfile(id, lane)
  redis.call('ZREM', times .. ':' .. lane, id)
end

local function file(id, moment, lane)
  if moment == never then
    redis.call('ZADD', times, '+inf', id)
    unfile(id, lane)
  else
    redis.call('ZADD', times, moment, id)
    if redis.call('ZADD', times .. ':' .. lane, moment, id) == 1 then
      redis.call('SADD', lanes, lane)
    end
  end
end

local function put(id, moment, lane, value, lane_before)
  redis.call('HSET', tasks, id, value)
  if lane_before and lane_before ~= lane then unfile(id, lane_before) end
  file(id, moment, lane)
end

local function remove(id, lane)
  redis.call('HDEL', tasks, id)
  redis.call('ZREM', times, id)
  redis.call('HDEL', held, id)
  if lane then unfile(id, lane) end
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
