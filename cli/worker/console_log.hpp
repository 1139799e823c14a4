// SPDX-License-Identifier: MIT
// The worker's log on stderr, a line each; its runs' output on stdout.
#pragma once

#include "cli/command.hpp"
#include "run/worker_log.hpp"

#include <mutex>
#include <string>
#include <string_view>

namespace asyncz::cli {

class ConsoleLog final : public WorkerLog {
 public:
  // `context` outlives it.
  ConsoleLog(Context& context, bool json) : context_{context}, json_{json} {}

  void say(Severity severity, std::string_view run, std::string_view clause) override;
  void output(std::string_view run, std::string_view lines) override;

 private:
  [[nodiscard]] std::string text_line(std::string_view run, std::string_view clause) const;
  [[nodiscard]] std::string json_line(Severity severity, std::string_view run,
                                      std::string_view clause) const;

  Context& context_;
  bool json_;
  std::mutex mutex_;
};

}  // namespace asyncz::cli
