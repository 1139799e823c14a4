// SPDX-License-Identifier: MIT
// The scripts that reserve records, and what follows from it.
#include "stores/redis/scripts.hpp"

#include "stores/redis/record_steps.hpp"

namespace asyncz::stores::redis {

// What is due, by priority, moment and id; reserved where `lease` is given.
//
// KEYS[6]: the last claim of this caller. ARGV: the caller's time; the time to take instead of the
// server's, or nothing; lease in µs, or nothing; limit; who; the number of this claim; how many
// (queue, limit) follow, -1 for all queues; those; how many paused queues follow; those; then (id,
// revision) of records that are not wanted.
//
// {values of records, ids of what is not ours, the next moment or nothing, whether somebody else
// holds something that is wanted}. A claim that is made again gives what it took the first time.
const Script due_script{record_steps, R"lua(
local server = time_or(ARGV[2])
local now = math.min(tonumber(ARGV[1]), server + 1000000)
local lease, limit, who, claim = tonumber(ARGV[3]), tonumber(ARGV[4]), ARGV[5], ARGV[6]

local only, except, ignored, ignored_count = nil, {}, {}, 0
local at = 8
if ARGV[7] ~= '-1' then
  only = {}
  for i = 1, tonumber(ARGV[7]) do
    only[ARGV[at]] = tonumber(ARGV[at + 1])
    at = at + 2
  end
end
local paused = tonumber(ARGV[at])
for i = 1, paused do except[ARGV[at + i]] = true end
for i = at + paused + 1, #ARGV, 2 do
  ignored[ARGV[i]] = ARGV[i + 1]
  ignored_count = ignored_count + 1
end

local function serves(queue)
  if except[queue] then return false end
  if only then return (only[queue] or 0) > 0 end
  return string.sub(queue, 1, 1) ~= '@'
end

local function wanted(queue)
  if not serves(queue) then return 0 end
  return only and math.min(only[queue], limit) or limit
end

local function is_ignored(id, stored)
  if not ignored[id] then return false end
  stored = stored or redis.call('HGET', tasks, id)
  local revision = stored and parse(stored)
  return (revision or '?') == ignored[id]
end

-- Which shelves there are, and of which priority.
local levels, queues = {}, {}
for _, shelf in ipairs(redis.call('SMEMBERS', shelves)) do
  local priority, queue = string.match(shelf, '^(%-?%d):(.+)$')
  if priority then
    levels[priority] = levels[priority] or {}
    table.insert(levels[priority], {name = shelf, queue = queue})
    queues[shelf] = queue
  end
end

local function is_due(id, moment)
  if moment <= server then return true end
  return moment <= now and not redis.call('HGET', held, id)
end

local unreadable = {}

-- Up to `count` records of a shelf that are due and not ignored; looks at its 1,000 first.
local function due_in(shelf, count, into)
  local key, offset, found = times .. ':' .. shelf.name, 0, 0
  while found < count and offset < 1000 + ignored_count do
    local page = redis.call('ZRANGEBYSCORE', key, '-inf', text(now), 'WITHSCORES', 'LIMIT', offset,
                            count)
    if #page == 0 then
      if redis.call('EXISTS', key) == 0 then redis.call('SREM', shelves, shelf.name) end
      return
    end
    local gone = 0
    for i = 1, #page, 2 do
      local id, moment = page[i], tonumber(page[i + 1])
      local stored = redis.call('HGET', tasks, id)
      if not stored then
        redis.call('ZREM', key, id)
        redis.call('ZREM', times, id)
        gone = gone + 1
      elseif not is_ignored(id, stored) and is_due(id, moment) then
        local revision, fence, _, _, start = parse(stored)
        if not revision then
          unreadable[#unreadable + 1] = id
        else
          found = found + 1
          into[#into + 1] = {id = id, moment = moment, queue = shelf.queue, shelf = shelf.name,
                             revision = revision, fence = fence, start = start, value = stored}
        end
      end
    end
    offset = offset + #page / 2 - gone
  end
end

-- By bytes; `<` would go by the server's language.
local function is_less(a, b)
  for i = 1, math.min(#a, #b) do
    local x, y = string.byte(a, i), string.byte(b, i)
    if x ~= y then return x < y end
  end
  return #a < #b
end

local function is_before(a, b)
  if a.moment ~= b.moment then return a.moment < b.moment end
  return is_less(a.id, b.id)
end

local taken, taken_of = {}, {}
for priority = 9, -9, -1 do
  local level, due = levels[tostring(priority)] or {}, {}
  if #taken >= limit then break end
  for _, shelf in ipairs(level) do
    local count = math.min(wanted(shelf.queue) - (taken_of[shelf.queue] or 0), limit - #taken)
    if count > 0 then due_in(shelf, count, due) end
  end
  if #level > 1 then table.sort(due, is_before) end
  for _, one in ipairs(due) do
    if #taken >= limit then break end
    taken[#taken + 1] = one
    taken_of[one.queue] = (taken_of[one.queue] or 0) + 1
  end
end

local values = {}
if lease and limit > 0 then
  local before = redis.call('GET', KEYS[6])
  if before == claim then
    taken = {}
    local entries = redis.call('HGETALL', held)
    for i = 1, #entries, 2 do
      if entries[i + 1] == who .. ' ' .. claim then
        values[#values + 1] = {entries[i], redis.call('HGET', tasks, entries[i])}
      end
    end
  elseif #taken > 0 then
    redis.call('SET', KEYS[6], claim, 'EX', 86400)
  end
end

if lease and #taken > 0 then
  local until_ = text(server + lease)
  local records, moments, of_shelf, claims = {}, {}, {}, {}
  for _, one in ipairs(taken) do
    local value = text(tonumber(one.revision) + 1) .. ' ' .. text(tonumber(one.fence) + 1) .. ' ' ..
                  until_ .. ' ' .. one.shelf .. '\n' .. string.sub(one.value, one.start)
    values[#values + 1] = {one.id, value}
    records[#records + 1] = one.id
    records[#records + 1] = value
    moments[#moments + 1] = until_
    moments[#moments + 1] = one.id
    of_shelf[one.shelf] = of_shelf[one.shelf] or {}
    table.insert(of_shelf[one.shelf], until_)
    table.insert(of_shelf[one.shelf], one.id)
    claims[#claims + 1] = one.id
    claims[#claims + 1] = who .. ' ' .. claim
  end
  local function all(command, key, words)
    for i = 1, #words, 4000 do
      redis.call(command, key, unpack(words, i, math.min(i + 3999, #words)))
    end
  end
  all('HSET', tasks, records)
  all('ZADD', times, moments)
  all('HSET', held, claims)
  for shelf, words in pairs(of_shelf) do all('ZADD', times .. ':' .. shelf, words) end
else
  for _, one in ipairs(taken) do values[#values + 1] = {one.id, one.value} end
end

local next_moment
for shelf, queue in pairs(queues) do
  local ids = serves(queue) and redis.call('ZRANGE', times .. ':' .. shelf, 0, ignored_count) or {}
  for _, id in ipairs(ids) do
    if not is_ignored(id) then
      local moment = tonumber(redis.call('ZSCORE', times, id)) or now
      if not next_moment or moment < next_moment then next_moment = moment end
      break
    end
  end
end

local function holds(id, holder)
  if string.sub(holder, 1, #who + 1) == who .. ' ' then return false end
  local _, _, moment, shelf = parse(redis.call('HGET', tasks, id) or '')
  return moment and tonumber(moment) > server and serves(string.match(shelf, ':(.+)$'))
end

local elsewhere = 0
local holders = #values < math.max(limit, 1) and redis.call('HGETALL', held) or {}
for i = 1, #holders, 2 do
  if holds(holders[i], holders[i + 1]) then elsewhere = 1 end
end

return {values, unreadable, next_moment and text(next_moment) or '', elsewhere}
)lua"};

// ARGV: the time to take, or nothing; lease; who; claim; id. Its value, or 0: somebody holds it,
// -1: there is none, -2: it is not ours.
const Script reserve_one_script{record_steps, R"lua(
local server, lease, who, claim, id = time_or(ARGV[1]), tonumber(ARGV[2]), ARGV[3], ARGV[4], ARGV[5]
local stored = redis.call('HGET', tasks, id)
if not stored then return -1 end
local revision, fence, moment, shelf, start = parse(stored)
if not revision then return -2 end
local holder = redis.call('HGET', held, id)
if holder == who .. ' ' .. claim then return stored end
if holder and tonumber(moment) > server then return 0 end
local until_ = text(server + lease)
local value = text(tonumber(revision) + 1) .. ' ' .. text(tonumber(fence) + 1) .. ' ' .. until_ ..
              ' ' .. shelf .. '\n' .. string.sub(stored, start)
put(id, until_, shelf, value, shelf)
redis.call('HSET', held, id, who .. ' ' .. claim)
return value
)lua"};

// ARGV: the time to take, or nothing; lease; then (id, fence). For each its revision, or nothing:
// lost.
const Script extend_script{record_steps, R"lua(
local until_ = text(time_or(ARGV[1]) + tonumber(ARGV[2]))
local revisions = {}
for i = 3, #ARGV, 2 do
  local id = ARGV[i]
  local stored = redis.call('HGET', tasks, id)
  local revision, fence, _, shelf, start = parse(stored or '')
  if revision and fence == ARGV[i + 1] and redis.call('HEXISTS', held, id) == 1 then
    put(id, until_, shelf, revision .. ' ' .. fence .. ' ' .. until_ .. ' ' .. shelf .. '\n' ..
                          string.sub(stored, start), shelf)
    revisions[#revisions + 1] = revision
  else
    revisions[#revisions + 1] = ''
  end
end
return revisions
)lua"};

// ARGV: who, then (id, revision and fence that must be stored, moment, shelf, value), the last
// three empty where the record is to go. For each 1, 0: another revision or fence, -1: gone, -2:
// not ours.
const Script settle_script{record_steps, R"lua(
local results, ids = {}, {}
for i = 2, #ARGV, 6 do
  local id, value = ARGV[i], ARGV[i + 5]
  local stored = redis.call('HGET', tasks, id)
  local revision, fence, _, shelf = parse(stored or '')
  local result = 1
  if not stored then
    result = -1
  elseif stored == value then
    result = 1
  elseif not revision then
    result = -2
  elseif revision ~= ARGV[i + 1] or fence ~= ARGV[i + 2] then
    result = 0
  elseif value == '' then
    remove(id, shelf)
    ids[#ids + 1] = id
  else
    put(id, ARGV[i + 3], ARGV[i + 4], value, shelf)
    redis.call('HDEL', held, id)
    ids[#ids + 1] = id
  end
  results[#results + 1] = result
end
tell(ARGV[1], ids)
return results
)lua"};

}  // namespace asyncz::stores::redis
