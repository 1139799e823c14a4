// SPDX-License-Identifier: MIT
#include "cli/process_context.hpp"

#include "base/number.hpp"
#include "base/text.hpp"
#include "cli/journal_stream.hpp"
#include "cli/store_opening.hpp"

#include <fmt/core.h>

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <optional>
#include <system_error>
#include <utility>

namespace asyncz::cli {
namespace {

constexpr std::size_t most_held_back = 64 * 1024;

// All of it, or the errno that ended it.
int write_all(int fd, std::string_view text)
{
  while (!text.empty()) {
    const ssize_t written = ::write(fd, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return errno;
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  return 0;
}

bool wants_color(Color color, bool terminal)
{
  switch (color) {
    case Color::always:
      return true;
    case Color::never:
      return false;
    case Color::automatic:
      break;
  }
  const char* no_color = std::getenv("NO_COLOR");
  const char* term = std::getenv("TERM");
  const bool refused = no_color != nullptr && *no_color != '\0';
  const bool dumb = term == nullptr || std::string_view{term} == "dumb";
  return terminal && !refused && !dumb;
}

// Messages quote what users and files said; a line each, whatever they said.
std::string one_line(Severity severity, std::string_view prefix, std::string_view text)
{
  return fmt::format("{}asyncz: {}{}\n", journal_prefix(severity), prefix, printable(text));
}

// What the user says, else what the terminal says, if it does.
std::optional<int> terminal_size(const char* variable, unsigned short winsize::*member)
{
  if (const char* set = std::getenv(variable)) {
    const auto given = parse_number<int>(set);
    if (given && *given > 0) return given;
  }
  winsize size{};
  const bool known = ::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.*member > 0;
  return known ? std::optional<int>{size.*member} : std::nullopt;
}

}  // namespace

ProcessContext::ProcessContext(Globals globals)
    : globals_{std::move(globals)},
      stdout_is_terminal_{::isatty(STDOUT_FILENO) == 1},
      stderr_is_terminal_{::isatty(STDERR_FILENO) == 1},
      colored_{wants_color(globals_.color, stdout_is_terminal_)}
{
}

Result<const Settings*> ProcessContext::settings()
{
  if (!settings_) {
    if (globals_.store && globals_.store->empty()) {
      return Error{ErrorKind::usage, "--store is empty", "name a store, or leave the option out"};
    }
    Result<Settings> loaded = load_settings(globals_.config);
    if (!loaded) return loaded.error();
    settings_ = std::move(*loaded);
    if (globals_.store) {
      settings_->store = *globals_.store;
      settings_->origins["store"] = "command line";
    }
  }
  return &*settings_;
}

Result<OpenStore> ProcessContext::open(Access access)
{
  const auto loaded = settings();
  if (!loaded) return loaded.error();
  return open_store_of(*this, **loaded, (*loaded)->store, access);
}

Result<OpenStore> ProcessContext::open(std::string_view name_or_url, Access access)
{
  const auto loaded = settings();
  if (!loaded) return loaded.error();
  return open_store_of(*this, **loaded, name_or_url, access);
}

void ProcessContext::out(std::string_view text)
{
  held_back_ += text;
  if (stdout_is_terminal_ || held_back_.size() >= most_held_back) flush();
}

void ProcessContext::flush()
{
  if (stdout_is_terminal_ && !held_back_.empty()) progress({});
  if (write_errno_ == 0) write_errno_ = write_all(STDOUT_FILENO, held_back_);
  held_back_.clear();
}

void ProcessContext::warn(std::string_view clause)
{
  complain(one_line(Severity::warning, "warning: ", clause));
}

void ProcessContext::note(std::string_view line)
{
  if (!globals_.quiet) complain(one_line(Severity::note, "", line));
}

void ProcessContext::error(const Error& error)
{
  complain(one_line(Severity::error, "error: ", error.what));
  if (!error.hint.empty()) complain(one_line(Severity::error, "hint: ", error.hint));
}

void ProcessContext::progress(std::string_view line)
{
  if (!stderr_is_terminal_ || globals_.quiet || (line.empty() && !progress_is_shown_)) return;
  constexpr std::string_view start_of_line = "\r\033[K";
  write_all(STDERR_FILENO, std::string{start_of_line} + printable(line));
  progress_is_shown_ = !line.empty();
}

void ProcessContext::complain(std::string_view text)
{
  progress({});
  write_all(STDERR_FILENO, text);
}

std::optional<int> ProcessContext::known_columns() const
{
  return terminal_size("COLUMNS", &winsize::ws_col);
}

int ProcessContext::rows() const { return terminal_size("LINES", &winsize::ws_row).value_or(24); }

Status ProcessContext::finish()
{
  flush();
  if (write_errno_ == 0) return {};
  return Error{ErrorKind::failed,
               fmt::format("cannot write to stdout: {}", std::strerror(write_errno_)), ""};
}

}  // namespace asyncz::cli
