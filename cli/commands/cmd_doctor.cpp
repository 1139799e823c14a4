// SPDX-License-Identifier: MIT
// asyncz doctor: is everything as it should be, and what is to be done where it is not.
#include "base/number.hpp"
#include "base/task_id.hpp"
#include "base/text.hpp"
#include "cli/commands.hpp"
#include "cli/commands/conformance.hpp"
#include "cli/runs/resolve.hpp"
#include "cli/terminal/table.hpp"
#include "cli/views/json.hpp"
#include "run/run_log.hpp"

#include <fmt/format.h>

#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <optional>
#include <set>
#include <utility>

namespace asyncz::cli {
namespace {

struct Finding {
  std::string_view check;
  bool well = true;
  std::string what;
  std::string mend;  // empty where all is well
};

// The release of the time zone database, such as 2026f, or nothing where it does not say.
std::string zone_data_version()
{
  const char* const set = std::getenv("TZDIR");
  const std::string folder = set == nullptr ? "/usr/share/zoneinfo" : set;
  std::string line;
  if (std::ifstream file{folder + "/+VERSION"}; std::getline(file, line)) return line;
  constexpr std::string_view before = "# version ";
  std::ifstream file{folder + "/tzdata.zi"};
  const bool told = std::getline(file, line) && line.starts_with(before);
  return told ? line.substr(before.size()) : "";
}

class Examination {
 public:
  Examination(Context& context, bool fix) : context_{context}, fix_{fix} {}

  void examine(Result<OpenStore> open)
  {
    if (open && !open->is_made) {
      well("store", open->url + " is made with the first task");
    } else if (open) {
      open_ = *std::move(open);
      examine_store();
    } else {
      failed(open.error().kind == ErrorKind::corrupt ? "key" : "store", open.error());
    }
    check_clock();
    check_zones();
  }

  [[nodiscard]] const std::vector<Finding>& findings() const { return findings_; }

  [[nodiscard]] ExitStatus status() const
  {
    if (unreadable_) return static_cast<ExitStatus>(ErrorKind::corrupt);
    if (failure_) return static_cast<ExitStatus>(*failure_);
    return std::ranges::all_of(findings_, &Finding::well) ? 0 : 1;
  }

 private:
  static constexpr Duration slow = std::chrono::seconds{1};
  static constexpr Duration clock_slack = std::chrono::minutes{1};

  void well(std::string_view check, std::string what)
  {
    findings_.push_back({check, true, std::move(what), ""});
  }
  void bad(std::string_view check, std::string what, std::string mend)
  {
    findings_.push_back({check, false, std::move(what), std::move(mend)});
  }

  // What could not be looked at is a finding, too, and does not keep us from the rest.
  void failed(std::string_view check, const Error& error)
  {
    bad(check, error.what, error.hint);
    if (!failure_) failure_ = error.kind;
  }

  void examine_store()
  {
    using Check = Status (Examination::*)();
    constexpr std::array<std::pair<std::string_view, Check>, 5> checks{
        {{"store", &Examination::check_store},
         {"store", &Examination::check_traits},
         {"records", &Examination::check_records},
         {"history", &Examination::check_history},
         {"logs", &Examination::check_logs}}};
    for (const auto& [name, check] : checks) {
      if (const auto checked = (this->*check)(); !checked) failed(name, checked.error());
    }
  }

  Status check_store()
  {
    const auto before = context_.clock().now();
    Demand demand;
    demand.now = before;
    const auto next = open_.store->get_next_run_time(demand);
    if (!next) return next.error();
    const auto took = context_.clock().now() - before;
    const auto what = fmt::format("{} answers in {}", open_.url, duration_text(took));
    if (took > slow) {
      bad("store", what, "look at what else uses its disk or server");
    } else {
      well("store", what);
    }
    const auto keys = open_.keys->load();
    if (!keys) return keys.error();
    well("key", *keys == nullptr ? "the store is not sealed"
                                 : "sealed under key " + key_id_text((*keys)->current().id()));
    return {};
  }

  Status check_traits()
  {
    const auto traits = open_.store->examine();
    if (!traits) return traits.error();
    for (const auto& trait : *traits) {
      trait.mend.empty() ? well("store", trait.what) : bad("store", trait.what, trait.mend);
    }
    return {};
  }

  Status check_records()
  {
    std::vector<std::pair<std::string, Error>> unreadable;
    std::vector<std::pair<std::string, std::string>> waiters;
    std::size_t count = 0;
    const auto visited =
        open_.vault->each([&](std::string_view id, const Result<StoredTask>& task) {
          if (!task) {
            unreadable.emplace_back(id, task.error());
            return true;
          }
          ++count;
          zones_.insert(task->task.timezone);
          for (const auto& parent : task->task.after) {
            if (!parent.met) waiters.emplace_back(id, parent.id);
          }
          see(task->progress.created);
          return true;
        });
    if (!visited) return visited;
    well("records", fmt::format("{} {} can be read", count, count == 1 ? "task" : "tasks"));
    for (const auto& [id, error] : unreadable) report_unreadable(id, error);
    for (const auto& [id, parent] : waiters) {
      const auto stored = open_.vault->get(parent);
      if (stored || stored.error().kind != ErrorKind::not_found) continue;
      const auto name = shell_quoted(id);
      bad("records", fmt::format("task {} waits for {}, which has gone", id, printable(parent)),
          fmt::format("asyncz run {} runs it all the same, asyncz remove {} drops it", name, name));
    }
    return {};
  }

  void report_unreadable(const std::string& id, const Error& error)
  {
    unreadable_ = true;
    const bool names_it = error.what.starts_with("task ");
    const auto what = names_it ? error.what : fmt::format("task {}: {}", printable(id), error.what);
    if (!fix_) {
      bad("records", what, "put back a copy of it, or move it away with asyncz doctor --fix");
      return;
    }
    const auto moved = open_.store->quarantine(id);
    bad("records", what, moved ? "it is in " + *moved + " now" : moved.error().what);
  }

  Status check_history()
  {
    std::size_t count = 0;
    std::size_t unreadable = 0;
    const auto visited = open_.vault->runs({}, {}, [&](const Result<Run>& run) {
      run ? ++count : ++unreadable;
      if (run && run->end) see(*run->end);
      return true;
    });
    if (!visited) return visited;
    well("history", fmt::format("{} {} can be read", count, count == 1 ? "run" : "runs"));
    if (unreadable == 0) return {};
    unreadable_ = true;
    bad("history", fmt::format("{} runs cannot be read", unreadable),
        "bring back the key that they were sealed under, as a previous one");
    return {};
  }

  // Their folder is ours alone, and what is not sealed belongs to runs that go on.
  Status check_logs()
  {
    const std::filesystem::path folder{log_folder(*open_.store)};
    struct stat status {};
    if (::stat(folder.c_str(), &status) != 0) return {};
    if ((status.st_mode & 077U) != 0) {
      bad("logs", fmt::format("{} is open to other users", folder.string()),
          fmt::format("chmod 0700 {}", shell_quoted(folder.string())));
    }
    std::error_code failed;
    for (std::filesystem::directory_iterator it{folder, failed}, end; !failed && it != end;
         it.increment(failed)) {
      if (it->path().extension() != ".log") continue;
      const auto run_id = it->path().stem().string();
      const auto run = resolve_run(*open_.vault, run_id);
      const bool of_another_store = !run && !open_.store->log_directory();
      if (of_another_store || (run && !run->ended)) continue;
      const auto to_be_sealed = is_unsettled(run_id);
      if (!to_be_sealed) return to_be_sealed.error();
      if (*to_be_sealed || !std::filesystem::exists(it->path(), failed)) continue;
      bad("logs", fmt::format("{} was never sealed, and its run has ended", it->path().string()),
          "read it and remove it");
    }
    return {};
  }

  // Whether the worker that has the task, or takes it next, is still to settle this run: it seals
  // the log.
  Result<bool> is_unsettled(std::string_view run_id)
  {
    const auto dot = std::min(run_id.rfind('.'), run_id.size());
    const auto task = run_id.substr(0, dot);
    const auto fence = parse_number<std::uint64_t>(run_id.substr(std::min(dot + 1, run_id.size())));
    bool found = false;
    const auto look_at = [&](std::string_view id, const Result<StoredTask>& stored) {
      found = stored && parent_of_instance(id).value_or(id) == task &&
              stored->progress.settled_fence < *fence && *fence <= stored->fence;
      return !found;
    };
    if (!fence || !look_at(task, open_.vault->get(task))) return found;
    if (const auto visited = open_.vault->each(look_at); !visited) return visited.error();
    return found;
  }

  void check_clock()
  {
    const auto now = context_.clock().now();
    const Zone utc;
    if (latest_ > now + clock_slack) {
      bad("clock",
          fmt::format("it says {}, but something was written at {}", rfc3339(now, {}),
                      rfc3339(latest_, {})),
          "set the clock; until then due tasks wait");
    } else {
      well("clock", fmt::format("it says {}", rfc3339(now, {})));
    }
  }

  void check_zones()
  {
    zones_.insert(local_zone_name());
    for (const auto& name : zones_) {
      const auto zone = Zone::load(name);
      if (!zone) bad("time zones", zone.error().what, "install the time zone data (tzdata)");
    }
    const auto version = zone_data_version();
    well("time zones", version.empty() ? "the data do not tell their release"
                                       : fmt::format("release {} of the data", version));
  }

  void see(Instant written) { latest_ = std::max(latest_, written); }

  Context& context_;
  bool fix_;
  OpenStore open_;
  std::vector<Finding> findings_;
  std::set<std::string> zones_;
  Instant latest_;
  bool unreadable_ = false;
  std::optional<ErrorKind> failure_;
};

void print(Context& context, const std::vector<Finding>& findings)
{
  if (context.globals().json) {
    ValueList document;
    for (const auto& it : findings) {
      document.push_back(ValueMap{{"check", it.check},
                                  {"ok", it.well},
                                  {"what", it.what},
                                  {"mend", it.mend.empty() ? Value{} : Value{it.mend}}});
    }
    print_json(context, document);
    return;
  }
  Table table{context, {"CHECK", "", "WHAT", "HOW TO MEND IT"}};
  for (const auto& it : findings) {
    table.row(
        {it.check, it.well ? Cell{"ok", Tone::good} : Cell{"bad", Tone::bad}, it.what, it.mend});
  }
  table.end();
}

class Doctor final : public Command {
 public:
  void declare(Options& options) override
  {
    options.flag("--fix", fix_, "Move records that cannot be read out of the way");
    options.flag("--conformance", conformance_,
                 "Try out on an empty store what every store promises");
  }

  Result<ExitStatus> run(Context& context) override
  {
    if (conformance_ && fix_) {
      return Error{ErrorKind::usage, "--conformance tries a store out and mends nothing",
                   "leave --fix out"};
    }
    if (conformance_) return try_conformance(context);
    auto open = context.open(Access::read);
    if (!open && open.error().kind == ErrorKind::usage) return open.error();
    Examination examination{context, fix_};
    examination.examine(std::move(open));
    print(context, examination.findings());
    return examination.status();
  }

 private:
  bool fix_ = false;
  bool conformance_ = false;
};

}  // namespace

std::unique_ptr<Command> make_doctor() { return std::make_unique<Doctor>(); }

}  // namespace asyncz::cli
