// SPDX-License-Identifier: MIT
#include "cli/journal_stream.hpp"

#include <fmt/format.h>

#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cstdlib>

namespace asyncz::cli {
namespace {

// The variable is inherited by processes whose stderr is another one, so it names the one it means.
bool stderr_is_journal()
{
  const char* const named = std::getenv("JOURNAL_STREAM");
  struct stat own {};
  if (named == nullptr || ::fstat(STDERR_FILENO, &own) != 0) return false;
  return fmt::format("{}:{}", own.st_dev, own.st_ino) == named;
}

}  // namespace

std::string_view journal_prefix(Severity severity)
{
  constexpr std::array<std::string_view, 4> prefixes{"<3>", "<4>", "<6>", "<7>"};
  return stderr_is_journal() ? prefixes.at(static_cast<std::size_t>(severity)) : "";
}

}  // namespace asyncz::cli
