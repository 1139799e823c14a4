// SPDX-License-Identifier: MIT
#include "config/settings.hpp"

#include "base/unique_fd.hpp"
#include "config/places.hpp"
#include "config/settings_file.hpp"
#include "config/toml_file.hpp"

#include <fmt/format.h>

#include <fcntl.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <span>

namespace asyncz {
namespace {

Error wrong(std::string what) { return {ErrorKind::usage, std::move(what), ""}; }

constexpr std::size_t largest_file = std::size_t{1} << 20;

// Nothing where there is no such file.
Result<std::optional<std::string>> file_content(const std::string& path)
{
  const auto failure = [&path](int code) {
    const bool denied = code == EACCES || code == EPERM;
    return Error{denied ? ErrorKind::denied : ErrorKind::usage,
                 fmt::format("cannot read {}: {}", path, std::strerror(code)), ""};
  };
  const UniqueFd fd{::open(path.c_str(), O_RDONLY | O_CLOEXEC)};
  if (!fd && (errno == ENOENT || errno == ENOTDIR)) return std::optional<std::string>{};
  // A folder that is closed to us, as root's may be, holds nothing that is meant for us.
  if (!fd && errno == EACCES && ::access(path.c_str(), F_OK) != 0) {
    return std::optional<std::string>{};
  }
  if (!fd) return failure(errno);
  std::string content;
  std::array<char, 16384> piece{};
  while (true) {
    const ssize_t count = ::read(fd.get(), piece.data(), piece.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return failure(errno);
    if (count == 0) return std::optional{std::move(content)};
    content.append(piece.data(), static_cast<std::size_t>(count));
    if (content.size() > largest_file) return wrong(path + " is larger than 1 MiB");
  }
}

Status read_file(Settings& settings, const std::string& path, bool asked_for)
{
  const auto content = file_content(path);
  if (!content) return content.error();
  if (!*content) {
    if (!asked_for) return {};
    return Error{ErrorKind::usage, fmt::format("there is no file {}", path), ""};
  }
  const Result<TomlFile> file = parse_toml(**content, path);
  if (!file) return file.error();
  return read_settings_file(settings, *file);
}

std::string environment(const char* name)
{
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

Status check(const Settings& settings)
{
  constexpr std::array<std::string_view, 2> formats{"text", "json"};
  if (std::ranges::find(formats, settings.worker.log_format) == formats.end()) {
    return wrong("worker.log_format is text or json");
  }
  if (settings.worker.lease <= Duration{0}) return wrong("worker.lease must be longer than 0");
  return {};
}

}  // namespace

Result<Settings> load_settings(const std::optional<std::string>& config_file)
{
  Settings settings;
  std::string named = config_file.value_or(environment("ASYNCZ_CONFIG"));
  if (const Status done = read_file(settings, std::string{system_config_file}, false); !done) {
    return done.error();
  }
  if (const Status done = read_file(settings, user_config_file(), false); !done) {
    return done.error();
  }
  if (!named.empty()) {
    if (const Status done = read_file(settings, named, true); !done) return done.error();
  }
  if (std::string store = environment("ASYNCZ_STORE"); !store.empty()) {
    settings.store = std::move(store);
    settings.origins["store"] = "environment";
  }
  if (const Status done = check(settings); !done) return done.error();
  return settings;
}

}  // namespace asyncz
