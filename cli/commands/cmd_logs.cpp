// SPDX-License-Identifier: MIT
// asyncz logs: what a run has printed.
#include "cli/arguments.hpp"
#include "cli/commands.hpp"
#include "cli/runs/resolve.hpp"
#include "cli/runs/run_output.hpp"
#include "cli/views/json.hpp"
#include "run/run_log.hpp"

#include <fmt/format.h>

#include <utility>

namespace asyncz::cli {
namespace {

class Logs final : public Command {
 public:
  void declare(Options& options) override
  {
    options.flag("-f,--follow", follow_, "Go on printing until the run has ended");
    options.value("--tail", tail_, "N", "Only the last N lines");
    options.words("RUN|ID", words_, 1, 1, "The run, or the task whose latest run is meant",
                  WordKind::run);
  }

  Result<ExitStatus> run(Context& context) override
  {
    const auto lines = wanted_lines();
    if (!lines) return lines.error();
    const auto open = context.open(Access::read);
    if (!open) return open.error();
    Vault& vault = *open->vault;
    const auto run = resolve_run(vault, words_[0]);
    if (!run) return run.error();
    const auto shown = follow_ && !context.globals().json ? follow(context, vault, *run, *lines)
                                                          : print(context, vault, *run, *lines);
    if (!shown) return shown.error();
    return 0;
  }

 private:
  using Lines = std::optional<std::size_t>;

  Result<Lines> wanted_lines() const
  {
    if (!tail_) return Lines{};
    const auto lines = parse_count("--tail", *tail_);
    if (!lines) return lines.error();
    return Lines{static_cast<std::size_t>(*lines)};
  }

  static Status print(Context& context, Vault& vault, const NamedRun& run, Lines lines)
  {
    const auto output = read_output(vault, run);
    if (!output && output.error().kind == ErrorKind::not_found && !run.ended) {
      context.note(
          fmt::format("run {} goes on, and has printed nothing on this machine", run.id()));
      return {};
    }
    if (!output) return output.error();
    if (output->only_end && !output->text.empty()) {
      context.note(fmt::format("the end of the output, as the history has it; all of it was on {}",
                               run.ended->host));
    }
    const auto text = lines ? last_lines(output->text, *lines) : std::string_view{output->text};
    if (context.globals().json) {
      print_json(context, ValueMap{{"id", run.id()}, {"output", text}});
    } else {
      context.out(text);
    }
    return {};
  }

  static Status follow(Context& context, Vault& vault, const NamedRun& run, Lines lines)
  {
    const auto followed = follow_log(vault, run.id(), lines, [&](std::string_view text) {
      context.out(text);
      context.flush();
      return true;
    });
    if (!followed && followed.error().kind == ErrorKind::not_found) {
      return print(context, vault, run, lines);
    }
    return followed;
  }

  bool follow_ = false;
  std::optional<std::string> tail_;
  std::vector<std::string> words_;
};

}  // namespace

std::unique_ptr<Command> make_logs() { return std::make_unique<Logs>(); }

}  // namespace asyncz::cli
