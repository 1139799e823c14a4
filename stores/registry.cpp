// SPDX-License-Identifier: MIT
#include "stores/registry.hpp"

#include "base/hint.hpp"
#include "base/number.hpp"
#include "base/task_id.hpp"
#include "base/text.hpp"
#include "stores/client_library.hpp"
#include "stores/custom/helper_process.hpp"
#include "stores/custom/opening.hpp"
#include "stores/file/file_store.hpp"
#include "stores/memory/memory_store.hpp"
#include "stores/mongo/opening.hpp"
#include "stores/redis/redis_store.hpp"
#include "stores/sql/opening.hpp"
#include "stores/url.hpp"

#include <array>
#include <string>
#include <vector>

namespace asyncz::stores {
namespace {

Result<std::unique_ptr<Store>> open_memory(const Opening& opening)
{
  const auto url = parse_url(opening.url);
  if (!url) return url.error();
  if (!url->authority.empty() || !url->path.empty() || !url->parameters.empty()) {
    return Error{ErrorKind::usage, "a memory store has no parameters",
                 "write the store as memory:"};
  }
  return make_memory_store(make_memory_state());
}

Error bad_parameter(std::string_view name, std::string_view why)
{
  return {ErrorKind::usage,
          "the file store's parameter '" + printable(name) + "' " + std::string{why},
          {}};
}

Status set_suffix(FileStoreOptions& options, const std::string& text)
{
  if (text.size() < 2 || text.size() > 32 || text[0] != '.' || !check_stored_id("x" + text)) {
    return bad_parameter("suffix", "is '.' and at most 31 characters that an id may have");
  }
  options.suffix = text;
  return {};
}

Status set_mode(FileStoreOptions& options, const std::string& text)
{
  const auto mode = parse_number<unsigned>(text, 8);
  if (!mode || (*mode & ~0777U) != 0 || (*mode & 0700U) != 0700) {
    return bad_parameter("mode", "is octal, such as 0700, and lets the owner do everything");
  }
  options.mode = *mode;
  return {};
}

Status set_parameter(FileStoreOptions& options, std::string_view name, const std::string& text)
{
  if (name == "directory") {
    options.directory = text;
  } else if (name == "suffix") {
    return set_suffix(options, text);
  } else if (name == "mode") {
    return set_mode(options, text);
  } else if (name == "cleanup_directory" && (text == "true" || text == "false")) {
    options.cleanup_directory = text == "true";
  } else if (name == "cleanup_directory") {
    return bad_parameter(name, "is true or false");
  } else {
    constexpr std::array<std::string_view, 4> known{"directory", "suffix", "mode",
                                                    "cleanup_directory"};
    auto error = bad_parameter(name, "is not known");
    error.hint = hint_at(did_you_mean(name, known), error.hint);
    return error;
  }
  return {};
}

Result<std::unique_ptr<Store>> open_file(const Opening& opening)
{
  const auto url = parse_url(opening.url);
  if (!url) return url.error();
  FileStoreOptions options{.create = opening.create};
  for (const auto& [name, value] : opening.parameters) {
    const auto* flag = value.get<bool>();
    const auto* text = value.get<std::string>();
    if (!flag && !text) return bad_parameter(name, "is a text");
    const auto set = set_parameter(options, name, flag ? (*flag ? "true" : "false") : *text);
    if (!set) return set.error();
  }
  for (const auto& [name, text] : url->parameters) {
    if (auto set = set_parameter(options, name, text); !set) return set.error();
  }
  if (!url->path.empty()) options.directory = url->path;
  const bool here = url->authority.empty() || url->authority == "localhost";
  if (!here || !options.directory.starts_with('/')) {
    return Error{ErrorKind::usage, "a file store's directory is an absolute path of this machine",
                 "file:///var/lib/asyncz/tasks is one"};
  }
  return open_file_store(options);
}

constexpr std::array all_kinds{
    Kind{"file", "a directory of sealed files", true, true, open_file},
    Kind{"redis", "a Redis server (hiredis is built in)", false, true, open_redis},
    Kind{"rediss", "a Redis server by TLS, which this hiredis has not", false, true, open_redis},
    Kind{"unix", "a Redis server's socket", false, true, open_redis},
    Kind{"memory", "the memory of this process", true, false, open_memory},
    Kind{"mariadb", "a table of a MariaDB database", false, true, open_mysql_store, libmariadb},
    Kind{"mongodb", "collections of a MongoDB database", false, true, open_mongo, libmongoc},
    Kind{"mongodb+srv", "the same, whose servers DNS names", false, true, open_mongo, libmongoc},
    Kind{"mysql", "a table of a MySQL database", false, true, open_mysql_store, libmariadb},
    Kind{"postgresql", "a table of a PostgreSQL database", false, true, open_postgresql_store,
         libpq},
    Kind{"sqlite", "a table of an SQLite database", true, true, open_sqlite_store, libsqlite3},
};

// Any other scheme, where its helper program is there. The helper may keep what it is given
// anywhere, so no key is made up for it.
constexpr Kind custom_kind{"", "a store behind a helper program", false, true, open_custom_store};

Error no_such_kind(std::string_view scheme, std::span<const std::string_view> known,
                   const Error& no_helper)
{
  const auto near = did_you_mean(scheme, known);
  const auto meant = std::string{near.value_or("")} + ":";
  return {ErrorKind::usage,
          "there are no stores of the kind '" + printable(scheme) + "': none is built in, and " +
              no_helper.what,
          near ? hint_at(meant) : no_helper.hint};
}

}  // namespace

bool Kind::has_client() const { return client == nullptr || open_library(client) != nullptr; }

std::span<const Kind> kinds() { return all_kinds; }

Result<const Kind*> kind_of(std::string_view url)
{
  const auto parsed = parse_url(url);
  if (!parsed) return parsed.error();
  std::vector<std::string_view> schemes;
  for (const auto& kind : all_kinds) {
    if (kind.scheme == parsed->scheme) return &kind;
    schemes.push_back(kind.scheme);
  }
  const auto name = helper_name(parsed->scheme);
  if (!name) return name.error();
  if (const auto path = find_helper(*name); !path) {
    return no_such_kind(parsed->scheme, schemes, path.error());
  }
  return &custom_kind;
}

Result<std::unique_ptr<Store>> open_store(const Opening& opening)
{
  const auto kind = kind_of(opening.url);
  if (!kind) return kind.error();
  return (*kind)->open(opening);
}

}  // namespace asyncz::stores
