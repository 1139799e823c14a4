// SPDX-License-Identifier: MIT
#include "cli/worker/console_log.hpp"

#include "base/text.hpp"
#include "cli/journal_stream.hpp"
#include "cli/views/json.hpp"
#include "cli/views/run_view.hpp"

#include <fmt/format.h>

#include <unistd.h>

#include <array>

namespace asyncz::cli {
namespace {

std::string now_text(const Context& context)
{
  return time_text(std::chrono::floor<std::chrono::seconds>(context.clock().now()), Zone{});
}

}  // namespace

void ConsoleLog::say(Severity severity, std::string_view run, std::string_view clause)
{
  const auto& globals = context_.globals();
  if (severity == Severity::detail && !globals.verbose) return;
  if (severity >= Severity::note && globals.quiet) return;
  const auto line = std::string{journal_prefix(severity)} +
                    (json_ ? json_line(severity, run, clause) : text_line(run, clause));
  const std::lock_guard lock{mutex_};
  static_cast<void>(::write(STDERR_FILENO, line.data(), line.size()) < 0);
}

void ConsoleLog::output(std::string_view run, std::string_view lines)
{
  std::string text;
  if (!lines.empty() && lines.back() == '\n') lines.remove_suffix(1);
  for (const auto line : split(lines, '\n')) text += fmt::format("{} {}\n", run, line);
  context_.out(text);
  context_.flush();
}

// The journal has times of its own.
std::string ConsoleLog::text_line(std::string_view run, std::string_view clause) const
{
  const auto time = journal_prefix(Severity::note).empty() ? now_text(context_) + " " : "";
  const auto about = run.empty() ? std::string{} : std::string{run} + " ";
  return fmt::format("{}{}{}\n", time, printable(about), printable(clause));
}

std::string ConsoleLog::json_line(Severity severity, std::string_view run,
                                  std::string_view clause) const
{
  constexpr std::array<std::string_view, 4> names{"error", "warning", "note", "detail"};
  ValueMap line{{"time", now_text(context_)},
                {"severity", names.at(static_cast<std::size_t>(severity))}};
  if (!run.empty()) line.emplace_back("run", run);
  line.emplace_back("message", clause);
  return json_text(line) + "\n";
}

}  // namespace asyncz::cli
