// SPDX-License-Identifier: MIT
// S13 on Redis: how many tasks are reserved and settled in a second, in batches, against a bare
// script for each step through the client library; in turn, medians. ASYNCZ_TEST_REDIS_URL names
// the server. Ends with 1 if ours is slower than the goal.
#include "tests/stores/redis_place.hpp"

#include "tests/stores/records.hpp"

#include <fmt/format.h>
#include <hiredis/hiredis.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <string>
#include <vector>

using namespace asyncz;
using namespace asyncz::tests;

namespace {

constexpr int tasks = 10'000;
constexpr int batch = 50;
constexpr int rounds = 5;
constexpr double goal = 0.6;

using Steady = std::chrono::steady_clock;

double per_second(Steady::time_point since)
{
  return tasks / std::chrono::duration<double>(Steady::now() - since).count();
}

std::vector<Record> some_records()
{
  std::vector<Record> records;
  for (int i = 0; i < tasks; ++i) {
    records.push_back(record_of("task" + std::to_string(i)));
    records.back().sealed.assign(300, 'x');
  }
  return records;
}

// Tasks a second, or 0 where a step failed.
double ours()
{
  const RedisPlace place;
  const auto store = place.open();
  for (const auto& status : store->add_tasks(some_records())) {
    if (!status) return 0;
  }
  const auto start = Steady::now();
  for (int done = 0; done < tasks;) {
    auto reservations = store->reserve_due(demand_at(noon, batch));
    if (!reservations || reservations->empty()) return 0;
    std::vector<Settlement> settlements;
    for (auto& reservation : *reservations) settlements.push_back({&reservation, std::nullopt});
    for (const auto& status : store->settle(settlements)) done += status ? 1 : tasks;
  }
  return per_second(start);
}

constexpr auto add_text = R"lua(
for i = 1, ARGV[1] do
  redis.call('ZADD', KEYS[1], 1, 'task' .. i)
  redis.call('HSET', KEYS[2], 'task' .. i, ARGV[2])
end
)lua";

constexpr auto claim_text = R"lua(
local t = redis.call('TIME')
local now = t[1] * 1000000 + t[2]
local ids = redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', now, 'LIMIT', 0, ARGV[1])
local out = {}
for _, id in ipairs(ids) do
  redis.call('ZADD', KEYS[1], now + 30000000, id)
  out[#out + 1] = id
  out[#out + 1] = redis.call('HINCRBY', KEYS[2], id, 1)
  out[#out + 1] = redis.call('HGET', KEYS[3], id)
end
return out
)lua";

constexpr auto finish_text = R"lua(
local done = 0
for i = 1, #ARGV, 2 do
  local id = ARGV[i]
  if redis.call('HGET', KEYS[2], id) == ARGV[i + 1] then
    redis.call('ZREM', KEYS[1], id)
    redis.call('HDEL', KEYS[2], id)
    redis.call('HDEL', KEYS[3], id)
    done = done + 1
  end
end
return done
)lua";

// The same with nothing but a sorted set and two hashes.
class Bare {
 public:
  Bare()
      : context_{::redisConnectUnix(
            stores::parse_url(std::getenv("ASYNCZ_TEST_REDIS_URL"))->path.c_str())}
  {
  }
  Bare(const Bare&) = delete;
  Bare& operator=(const Bare&) = delete;
  ~Bare() { ::redisFree(context_); }

  double run()
  {
    const std::string body(300, 'x');
    ask({"EVAL", add_text, "2", "bare:due", "bare:body", std::to_string(tasks), body});
    const auto claim = ask({"SCRIPT", "LOAD", claim_text}).front();
    const auto finish = ask({"SCRIPT", "LOAD", finish_text}).front();
    const auto start = Steady::now();
    for (int done = 0; done < tasks; done += batch) {
      const auto taken = ask(
          {"EVALSHA", claim, "3", "bare:due", "bare:fence", "bare:body", std::to_string(batch)});
      std::vector<std::string> words{"EVALSHA", finish, "3", "bare:due", "bare:fence", "bare:body"};
      for (std::size_t i = 0; i + 2 < taken.size(); i += 3) {
        words.insert(words.end(), {taken[i], taken[i + 1]});
      }
      ask(words);
    }
    return per_second(start);
  }

 private:
  std::vector<std::string> ask(const std::vector<std::string>& words)
  {
    std::vector<const char*> texts;
    std::vector<std::size_t> sizes;
    for (const auto& word : words) texts.push_back(word.data()), sizes.push_back(word.size());
    auto* reply = static_cast<redisReply*>(
        ::redisCommandArgv(context_, static_cast<int>(words.size()), texts.data(), sizes.data()));
    std::vector<std::string> parts;
    for (std::size_t i = 0; i < reply->elements; ++i) {
      const auto& part = *reply->element[i];
      parts.push_back(part.type == REDIS_REPLY_INTEGER ? std::to_string(part.integer)
                                                       : std::string{part.str, part.len});
    }
    if (reply->type == REDIS_REPLY_STRING) parts.emplace_back(reply->str, reply->len);
    ::freeReplyObject(reply);
    return parts;
  }

  redisContext* context_;
};

double median(std::array<double, rounds> values)
{
  std::sort(values.begin(), values.end());
  return values[rounds / 2];
}

}  // namespace

int main()
{
  Bare bare;
  std::array<double, rounds> mine{};
  std::array<double, rounds> baseline{};
  std::array<double, rounds> ratios{};
  for (std::size_t i = 0; i < rounds; ++i) {
    mine[i] = ours();
    baseline[i] = bare.run();
    ratios[i] = mine[i] / baseline[i];
  }
  const auto ratio = median(ratios);
  fmt::print("S13 redis, batches of {}: ours {:.0f}/s, bare {:.0f}/s, ratio {:.2f}, goal {}\n",
             batch, median(mine), median(baseline), ratio, goal);
  return ratio < goal ? 1 : 0;
}
