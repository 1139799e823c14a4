// SPDX-License-Identifier: MIT
#include "cli/files/editor.hpp"

#include "base/text.hpp"
#include "base/unique_fd.hpp"

#include <fmt/format.h>

#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <initializer_list>

namespace asyncz::cli {
namespace {

Error failure(std::string_view what, int code)
{
  return {ErrorKind::failed, fmt::format("{}: {}", what, std::strerror(code)), ""};
}

// The first of these variables that says something.
std::string from_environment(std::initializer_list<const char*> names, std::string_view otherwise)
{
  for (const char* name : names) {
    const char* value = std::getenv(name);
    if (value != nullptr && *value != '\0') return value;
  }
  return std::string{otherwise};
}

}  // namespace

Result<std::string> new_private_file(std::string_view text, std::string_view suffix)
{
  const auto folder = from_environment({"XDG_RUNTIME_DIR", "TMPDIR"}, "/tmp");
  auto name = fmt::format("{}/asyncz-XXXXXX{}", folder, suffix);
  const UniqueFd file{::mkstemps(name.data(), static_cast<int>(suffix.size()))};
  if (!file) return failure("cannot make a file in " + folder, errno);
  while (!text.empty()) {
    const ssize_t written = ::write(file.get(), text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return failure("cannot write " + name, errno);
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  return name;
}

Status edit_file(const std::string& file)
{
  // By a shell, because $EDITOR may hold options.
  const auto editor = from_environment({"VISUAL", "EDITOR"}, "vi");
  const int status = std::system((editor + ' ' + shell_quoted(file)).c_str());
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return {};
  return Error{ErrorKind::failed, fmt::format("the editor '{}' has failed", editor),
               "VISUAL and EDITOR name another one"};
}

}  // namespace asyncz::cli
