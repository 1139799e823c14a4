// SPDX-License-Identifier: MIT
#include "stores/redis/examination.hpp"

#include "base/text.hpp"

#include <map>
#include <string>
#include <utility>

namespace asyncz::stores::redis {
namespace {

using namespace std::chrono_literals;

constexpr Duration clock_slack = 1s;

// `KEY:VALUE` lines, as INFO gives them.
std::map<std::string, std::string, std::less<>> info_of(std::string_view text)
{
  std::map<std::string, std::string, std::less<>> info;
  for (auto line : split(text, '\n')) {
    if (line.ends_with('\r')) line.remove_suffix(1);
    const auto colon = line.find(':');
    if (colon == std::string_view::npos) continue;
    info.emplace(line.substr(0, colon), line.substr(colon + 1));
  }
  return info;
}

// A setting, or nothing where we may not ask.
std::string setting(Link& link, std::string_view name)
{
  const auto reply = link.ask({"CONFIG", "GET", name});
  return reply && reply->list.size() == 2 ? reply->at(1).text : std::string{};
}

class Examination {
 public:
  explicit Examination(Server& server) : server_{server} {}

  Result<std::vector<Store::Trait>> traits()
  {
    const auto before = server_.clock.now();
    const auto reply = server_.rest.ask(std::vector<Command>{
        {"INFO"}, {"TIME"}, {"HLEN", server_.keys.tasks}, {"ZCARD", server_.keys.run_times}});
    if (!reply) return reply.error();
    info_ = info_of((*reply)[0].text);
    well("Redis " + info_["redis_version"] + " at " + server_.endpoint.text() + ", " +
         info_["role"]);
    see_persistence();
    see_memory();
    see_clock((*reply)[1], before);
    see_index((*reply)[2].integer, (*reply)[3].integer);
    return std::move(traits_);
  }

 private:
  void well(std::string what) { traits_.push_back({std::move(what), {}}); }
  void bad(std::string what, std::string mend)
  {
    traits_.push_back({std::move(what), std::move(mend)});
  }

  void see_persistence()
  {
    const auto save = setting(server_.rest, "save");
    if (info_["aof_enabled"] == "1") {
      const auto sync = setting(server_.rest, "appendfsync");
      auto text = "appendonly yes, appendfsync " + (sync.empty() ? "unknown" : sync);
      if (sync == "everysec") text += ": the last second may be lost with its host";
      if (sync == "no") text += ": the last half minute may be lost with its host";
      well(std::move(text));
    } else if (!save.empty()) {
      bad("appendonly no, save " + save + ": what came after the last snapshot may be lost",
          "set its appendonly to yes");
    } else {
      bad("appendonly no, save " + (save.empty() ? std::string{"nothing"} : save) +
              ": the tasks may end with the server",
          "set its appendonly to yes");
    }
    for (const auto* name : {"rdb_last_bgsave_status", "aof_last_write_status"}) {
      if (info_[name] == "err") {
        bad(std::string{name} + " is err", "look into the server's log; its disk may be full");
      }
    }
  }

  void see_memory()
  {
    const auto limit = info_["maxmemory_human"];
    well("maxmemory " + (info_["maxmemory"] == "0" ? "unlimited" : limit) + " (" +
         info_["used_memory_human"] + " used), maxmemory-policy " + info_["maxmemory_policy"]);
  }

  void see_clock(const Reply& time, Instant before)
  {
    const auto theirs = time_in(time);
    if (!theirs) return;
    const auto after = server_.clock.now();
    if (*theirs > after + clock_slack) {
      bad("its clock is " + duration_text(*theirs - after) + " ahead of ours", "set the clocks");
    } else if (*theirs < before - clock_slack) {
      bad("its clock is " + duration_text(before - *theirs) + " behind ours", "set the clocks");
    } else {
      well("its clock and ours agree");
    }
  }

  void see_index(std::int64_t records, std::int64_t run_times)
  {
    if (records == run_times) return;
    bad(std::to_string(records) + " records, but " + std::to_string(run_times) +
            " of them have a run time",
        "something else writes to " + printable(server_.keys.tasks) +
            "; asyncz export what is there and add it to an empty store");
  }

  Server& server_;
  std::map<std::string, std::string, std::less<>> info_;
  std::vector<Store::Trait> traits_;
};

}  // namespace

Result<std::vector<Store::Trait>> examine(Server& server) { return Examination{server}.traits(); }

}  // namespace asyncz::stores::redis
