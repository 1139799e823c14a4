// SPDX-License-Identifier: MIT
#include "cli/views/worker_view.hpp"

#include "base/text.hpp"
#include "cli/views/run_view.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace asyncz::cli {
namespace {

ValueList texts(const std::vector<std::string>& words) { return {words.begin(), words.end()}; }

}  // namespace

ValueMap worker_value(const WorkerInfo& worker)
{
  ValueMap map{{"name", worker.name},
               {"host", worker.host},
               {"pid", std::int64_t{worker.pid}},
               {"version", worker.version},
               {"concurrency", std::int64_t{worker.concurrency}},
               {"queues", worker.queues.empty() ? Value{} : Value{texts(worker.queues)}},
               {"running", texts(worker.running)}};
  add_time(map, "since", worker.since, Zone{});
  map.emplace_back("trouble", worker.trouble);
  return map;
}

std::string load_text(const WorkerInfo& worker)
{
  auto text = fmt::format("{} of {} running", worker.running.size(), worker.concurrency);
  if (worker.trouble) text += "; it cannot write to the store or start runs";
  return text;
}

std::string queues_text(const WorkerInfo& worker)
{
  return worker.queues.empty() ? "all" : joined(worker.queues, ",");
}

bool serves(const WorkerInfo& worker, std::string_view queue)
{
  if (worker.queues.empty()) return true;
  return std::ranges::any_of(worker.queues, [queue](std::string_view share) {
    return share.substr(0, share.rfind(':')) == queue;
  });
}

}  // namespace asyncz::cli
