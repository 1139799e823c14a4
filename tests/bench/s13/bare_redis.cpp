// SPDX-License-Identifier: MIT
// The bare scripts on Redis, with nothing but a sorted set and two hashes.
#include "bare.hpp"

#include "stores/url.hpp"

#include <hiredis/hiredis.h>

namespace asyncz::bench {
namespace {

constexpr auto add_text = R"lua(
redis.call('DEL', KEYS[1], KEYS[2], KEYS[3])
for i = 1, ARGV[1] do
  redis.call('ZADD', KEYS[1], 1, 'task' .. i)
  redis.call('HSET', KEYS[3], 'task' .. i, ARGV[2])
end
)lua";

constexpr auto take_text = R"lua(
local t = redis.call('TIME')
local now = t[1] * 1000000 + t[2]
local ids = redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', now, 'LIMIT', 0, ARGV[1])
local out = {}
for _, id in ipairs(ids) do
  redis.call('ZADD', KEYS[1], now + ARGV[2], id)
  out[#out + 1] = id
  out[#out + 1] = redis.call('HINCRBY', KEYS[2], id, 1)
  out[#out + 1] = redis.call('HGET', KEYS[3], id)
end
return out
)lua";

constexpr auto settle_text = R"lua(
for i = 1, #ARGV, 2 do
  local id = ARGV[i]
  if redis.call('HGET', KEYS[2], id) == ARGV[i + 1] then
    redis.call('ZREM', KEYS[1], id)
    redis.call('HDEL', KEYS[2], id)
    redis.call('HDEL', KEYS[3], id)
  end
end
)lua";

class Redis final : public Bare {
 public:
  explicit Redis(const std::string& url)
      : context_{::redisConnectUnix(stores::parse_url(url)->path.c_str())}
  {
    if (context_ == nullptr || context_->err != 0) fail("no Redis server");
    take_ = ask({"SCRIPT", "LOAD", take_text}).front();
    settle_ = ask({"SCRIPT", "LOAD", settle_text}).front();
  }
  Redis(const Redis&) = delete;
  Redis& operator=(const Redis&) = delete;
  ~Redis() override { ::redisFree(context_); }

  void fill(std::size_t tasks) override
  {
    ask({"EVAL", add_text, "3", "bare:due", "bare:fence", "bare:body", std::to_string(tasks),
         std::string(sealed_size, 'x')});
  }

  std::vector<Taken> take() override
  {
    const auto parts = ask({"EVALSHA", take_, "3", "bare:due", "bare:fence", "bare:body",
                            std::to_string(batch), std::to_string(lease)});
    std::vector<Taken> taken;
    for (std::size_t i = 0; i + 2 < parts.size(); i += 3) {
      taken.push_back({parts[i], std::stoll(parts[i + 1])});
    }
    return taken;
  }

  void settle(const std::vector<Taken>& taken) override
  {
    std::vector<std::string> words{"EVALSHA", settle_, "3", "bare:due", "bare:fence", "bare:body"};
    for (const auto& [id, fence] : taken) words.insert(words.end(), {id, std::to_string(fence)});
    ask(words);
  }

 private:
  std::vector<std::string> ask(const std::vector<std::string>& words)
  {
    std::vector<const char*> texts;
    std::vector<std::size_t> sizes;
    for (const auto& word : words) texts.push_back(word.data()), sizes.push_back(word.size());
    auto* const reply = static_cast<redisReply*>(
        ::redisCommandArgv(context_, static_cast<int>(words.size()), texts.data(), sizes.data()));
    if (reply == nullptr) fail(context_->errstr);
    if (reply->type == REDIS_REPLY_ERROR) fail(reply->str);
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
  std::string take_;
  std::string settle_;
};

}  // namespace

std::unique_ptr<Bare> bare_redis(const std::string& place)
{
  return std::make_unique<Redis>(place);
}

}  // namespace asyncz::bench
