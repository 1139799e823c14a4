// SPDX-License-Identifier: MIT
// What the parts of a Redis store share: the ways to the server, the names of the keys, and who we
// are there.
#pragma once

#include "stores/redis/link.hpp"
#include "time/clock.hpp"

#include <atomic>
#include <string>
#include <string_view>
#include <vector>

namespace asyncz::stores::redis {

struct Keys {
  std::string tasks;      // hash: id → record
  std::string run_times;  // sorted set: id by moment; beside it one for each priority and queue
  std::string channel;    // of changes

  [[nodiscard]] std::string shelves() const { return run_times + ":shelves"; }
  [[nodiscard]] std::string held() const { return tasks + ":held"; }
  [[nodiscard]] std::string claim_of(const std::string& who) const
  {
    return tasks + ":claim:" + who;
  }
  [[nodiscard]] std::string unreadable() const { return tasks + ":unreadable"; }
  [[nodiscard]] std::string runs() const { return tasks + ":runs"; }
  [[nodiscard]] std::string notes() const { return tasks + ":notes"; }

  // Whether a cluster keeps all of them on one node: what stands between the first `{` and the `}`
  // after it is the same in all.
  [[nodiscard]] bool share_a_slot() const
  {
    const auto tag = hash_tag_of(tasks);
    return !tag.empty() && tag == hash_tag_of(run_times);
  }

  // As record_steps wants them.
  [[nodiscard]] std::vector<std::string> of_records() const
  {
    return {tasks, run_times, shelves(), held(), channel};
  }
  // As run_steps wants them.
  [[nodiscard]] std::vector<std::string> of_runs() const
  {
    return {runs(), runs() + ":by_time", runs() + ":by_name", runs() + ":bytes"};
  }

 private:
  static std::string_view hash_tag_of(std::string_view key)
  {
    const auto begin = key.find('{');
    if (begin == std::string_view::npos) return {};
    const auto end = key.find('}', begin);
    if (end == std::string_view::npos) return {};
    return key.substr(begin + 1, end - begin - 1);
  }
};

// A link for each lane of threads (store.hpp), so that none waits for another.
struct Server {
  Server(const Endpoint& its_endpoint, Keys its_keys, std::string us, bool its_time)
      : endpoint{its_endpoint},
        keys{std::move(its_keys)},
        who{std::move(us)},
        server_time{its_time},
        claim{endpoint},
        journal{endpoint},
        lease{endpoint},
        rest{endpoint}
  {
  }

  // How long until then, for steps that add it to the server's time.
  [[nodiscard]] std::string span_until(Instant until) const
  {
    return std::to_string((until - clock.now()).count());
  }

  const Endpoint endpoint;
  const Keys keys;
  const std::string who;  // no other object of any process has this name
  const bool server_time;
  const Clock& clock = system_clock();
  Link claim, journal, lease, rest;
  std::atomic<bool> changed = true;  // by us: what was known of the next moment may not hold
};

}  // namespace asyncz::stores::redis
