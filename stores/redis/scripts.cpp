// SPDX-License-Identifier: MIT
// The scripts that add, change and remove records.
#include "stores/redis/scripts.hpp"

#include "stores/redis/record_steps.hpp"

namespace asyncz::stores::redis {

// ARGV: who, then (id, moment, shelf, value) for each record. For each: 1, or 0 where the id is
// taken. The very record that is there already was added by this call, made once before.
const Script add_script{record_steps, R"lua(
local added, ids = {}, {}
for i = 2, #ARGV, 4 do
  local id, value = ARGV[i], ARGV[i + 3]
  if redis.call('HSETNX', tasks, id, value) == 1 then
    shelve(id, ARGV[i + 1], ARGV[i + 2])
    ids[#ids + 1] = id
    added[#added + 1] = 1
  else
    added[#added + 1] = redis.call('HGET', tasks, id) == value and 1 or 0
  end
end
tell(ARGV[1], ids)
return added
)lua"};

// ARGV: who, id, the revision that must be stored, fence, moment, shelf, value. 1, or 0: another
// revision or a higher fence, -1: gone, -2: what is stored is not ours.
const Script update_script{record_steps, R"lua(
local id, value = ARGV[2], ARGV[7]
local stored = redis.call('HGET', tasks, id)
if not stored then return -1 end
if stored == value then return 1 end
local revision, fence, _, shelf = parse(stored)
if not revision then return -2 end
if revision ~= ARGV[3] or tonumber(fence) > tonumber(ARGV[4]) then return 0 end
put(id, ARGV[5], ARGV[6], value, shelf)
tell(ARGV[1], {id})
return 1
)lua"};

// ARGV: who, id, the revision that must be stored. As update_script.
const Script delete_script{record_steps, R"lua(
local id = ARGV[2]
local stored = redis.call('HGET', tasks, id)
if not stored then return -1 end
local revision, _, _, shelf = parse(stored)
if not revision then return -2 end
if revision ~= ARGV[3] then return 0 end
remove(id, shelf)
tell(ARGV[1], {id})
return 1
)lua"};

// ARGV: who, then ids. Removes those that are ours, at any revision; how many are not.
const Script remove_script{record_steps, R"lua(
local left, ids = 0, {}
for i = 2, #ARGV do
  local stored = redis.call('HGET', tasks, ARGV[i])
  local revision, _, _, shelf = parse(stored or '')
  if stored and not revision then
    left = left + 1
  elseif stored then
    remove(ARGV[i], shelf)
    ids[#ids + 1] = ARGV[i]
  end
end
tell(ARGV[1], ids)
return left
)lua"};

// KEYS[6]: where to. ARGV: who, id. 1, or -1: there is none.
const Script quarantine_script{record_steps, R"lua(
local id = ARGV[2]
local stored = redis.call('HGET', tasks, id)
if not stored then return -1 end
redis.call('HSET', KEYS[6], id, stored)
local _, _, _, shelf = parse(stored)
remove(id, shelf)
tell(ARGV[1], {id})
return 1
)lua"};

}  // namespace asyncz::stores::redis
