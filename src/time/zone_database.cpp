// SPDX-License-Identifier: MIT
#include "time/zone_database.hpp"

#include "base/text.hpp"
#include "base/unique_fd.hpp"
#include "time/zone.hpp"

#include <fmt/format.h>

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cstdlib>
#include <filesystem>

namespace asyncz {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t largest_file = 1 << 20;

std::string database_directory()
{
  const char* const directory = std::getenv("TZDIR");
  return directory != nullptr && *directory != '\0' ? directory : "/usr/share/zoneinfo";
}

// Whether this is spelled as names of zones are: words with `/` between them. The database's
// copies with and without leap seconds (`right/…`, `posix/…`) are no zones of their own.
bool looks_like_a_zone(std::string_view name)
{
  if (name.empty() || name.size() > 100 || name.starts_with("posix/") || name.starts_with("right/"))
    return false;
  for (const auto word : split(name, '/')) {
    if (word.empty() || std::isalpha(static_cast<unsigned char>(word.front())) == 0) return false;
    const auto fits = [](char c) {
      return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '-' || c == '+';
    };
    if (!std::all_of(word.begin(), word.end(), fits)) return false;
  }
  return name != "localtime" && name != "posixrules" && name != "Factory";
}

// The content of a regular file; empty when it cannot be read or is too large.
std::string read_small_file(const std::string& path)
{
  const UniqueFd file{::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)};
  struct stat status {};
  if (!file || ::fstat(file.get(), &status) != 0 || !S_ISREG(status.st_mode)) return {};
  const auto size = static_cast<std::size_t>(status.st_size);
  if (size > largest_file) return {};
  std::string content(size, '\0');
  std::size_t done = 0;
  while (done < size) {
    const auto got = ::read(file.get(), content.data() + done, size - done);
    if (got <= 0) return {};
    done += static_cast<std::size_t>(got);
  }
  return content;
}

bool exists(std::string_view name)
{
  return looks_like_a_zone(name) &&
         ::access((database_directory() + "/" + std::string{name}).c_str(), R_OK) == 0;
}

std::vector<std::string> all_names()
{
  std::vector<std::string> names;
  const auto directory = database_directory();
  std::error_code failed;
  for (auto entry = fs::recursive_directory_iterator{directory, failed};
       !failed && entry != fs::recursive_directory_iterator{}; entry.increment(failed)) {
    std::error_code unknown;
    if (!entry->is_regular_file(unknown)) continue;
    auto name = entry->path().string().substr(directory.size() + 1);
    if (looks_like_a_zone(name)) names.push_back(std::move(name));
  }
  std::sort(names.begin(), names.end());
  return names;
}

std::string_view last_word(std::string_view name)
{
  return name.substr(name.find_last_of('/') + 1);  // npos + 1 is 0
}

// `berlin` and `europe/berlin` mean Europe/Berlin; else the nearest name.
std::string nearest_name(std::string_view wanted)
{
  const auto names = all_names();
  auto key = lower(wanted);
  std::replace(key.begin(), key.end(), ' ', '_');
  std::vector<std::string> lowered;
  for (const auto& name : names) lowered.push_back(lower(name));
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (lowered[i] == key || last_word(lowered[i]) == key) return names[i];
  }
  const std::vector<std::string_view> candidates{lowered.begin(), lowered.end()};
  const auto near = did_you_mean(key, candidates);
  if (!near) return {};
  const auto found = std::find(lowered.begin(), lowered.end(), *near);
  return names[static_cast<std::size_t>(found - lowered.begin())];
}

// `…/zoneinfo/Europe/Berlin` → `Europe/Berlin`; else the text itself.
std::string_view name_in_path(std::string_view path)
{
  constexpr std::string_view folder = "/zoneinfo/";
  const auto at = path.rfind(folder);
  return at == std::string_view::npos ? path : path.substr(at + folder.size());
}

}  // namespace

Result<ZoneFile> read_zone_file(std::string_view name)
{
  auto error = Error{ErrorKind::usage, fmt::format("no such time zone: {}", printable(name)), {}};
  if (name.find_first_of("+:") != std::string_view::npos && !name.starts_with("Etc/")) {
    error.hint = "name a zone, such as Europe/Berlin; fixed offsets are Etc/GMT-2 (two hours east)";
  }
  if (looks_like_a_zone(name)) {
    const auto path = database_directory() + "/" + std::string{name};
    auto content = read_small_file(path);
    if (content.starts_with("TZif")) return ZoneFile{path, std::move(content)};
  }
  if (error.hint.empty()) {
    const auto near = nearest_name(name.substr(0, 100));
    error.hint = near.empty() ? "name a zone as tzselect(8) does, such as Europe/Berlin"
                              : fmt::format("write {}", near);
  }
  return error;
}

std::string local_zone_name()
{
  if (const char* const variable = std::getenv("TZ")) {
    std::string_view name = variable;
    if (name.starts_with(':')) name.remove_prefix(1);
    name = name_in_path(name);
    if (name == "UTC" || exists(name)) return std::string{name};
  }
  std::array<char, 4096> target{};
  const auto length = ::readlink("/etc/localtime", target.data(), target.size());
  if (length > 0) {
    const auto name = name_in_path({target.data(), static_cast<std::size_t>(length)});
    if (exists(name)) return std::string{name};
  }
  const auto file = read_small_file("/etc/timezone");
  const auto name = trimmed(split(file, '\n').front());
  return exists(name) ? std::string{name} : "UTC";
}

}  // namespace asyncz
