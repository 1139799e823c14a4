// SPDX-License-Identifier: MIT
#include "config/toml_file.hpp"

#include "base/text.hpp"
#include "config/settings.hpp"

#include <fmt/format.h>

#define TOML_EXCEPTIONS 0
#include <toml++/toml.h>

#include <algorithm>
#include <iterator>
#include <sstream>
#include <tuple>
#include <utility>
#include <vector>

namespace asyncz {
namespace {

// toml++ keeps the members of a table by name.
std::vector<std::pair<const toml::key*, const toml::node*>> in_written_order(
    const toml::table& table)
{
  std::vector<std::pair<const toml::key*, const toml::node*>> members;
  for (const auto& [key, node] : table) members.emplace_back(&key, &node);
  std::ranges::stable_sort(members, {}, [](const auto& member) {
    const toml::source_position& begin = member.first->source().begin;
    return std::tuple{begin.line, begin.column};
  });
  return members;
}

template <class Time>
std::string text_of_time(const Time& time)
{
  std::ostringstream text;
  text << time;
  return text.str();
}

// Tables lie as deep as a key has parts, and are read and freed by recursion.
constexpr std::ptrdiff_t most_dots = 1000;

Status check_keys(std::string_view text, std::string_view name)
{
  int number = 0;
  for (const auto line : split(text, '\n')) {
    ++number;
    const auto key = line.substr(0, line.find('='));
    if (std::ranges::count(key, '.') <= most_dots) continue;
    return Error{ErrorKind::usage,
                 fmt::format("{}:{}: a key of more than {} parts", name, number, most_dots), ""};
  }
  return {};
}

class Reader {
 public:
  explicit Reader(TomlFile& file) : file_{file} {}

  Value read(const toml::node& node, const std::string& path)
  {
    switch (node.type()) {
      case toml::node_type::table:
        return read_table(*node.as_table(), path);
      case toml::node_type::array:
        return read_array(*node.as_array(), path);
      case toml::node_type::string:
        return node.as_string()->get();
      case toml::node_type::integer:
        return node.as_integer()->get();
      case toml::node_type::floating_point:
        return node.as_floating_point()->get();
      case toml::node_type::boolean:
        return node.as_boolean()->get();
      case toml::node_type::date:
        return text_of_time(node.as_date()->get());
      case toml::node_type::time:
        return text_of_time(node.as_time()->get());
      case toml::node_type::date_time:
        return text_of_time(node.as_date_time()->get());
      case toml::node_type::none:
        break;
    }
    return {};
  }

 private:
  Value read_table(const toml::table& table, const std::string& path)
  {
    ValueMap map;
    for (const auto& [key, node] : in_written_order(table)) {
      std::string name{key->str()};
      const std::string inner = path.empty() ? name : path + '.' + name;
      file_.lines[inner] = static_cast<int>(key->source().begin.line);
      map.emplace_back(std::move(name), read(*node, inner));
    }
    return map;
  }

  Value read_array(const toml::array& array, const std::string& path)
  {
    ValueList list;
    for (const toml::node& node : array) {
      list.push_back(read(node, fmt::format("{}[{}]", path, list.size())));
    }
    return list;
  }

  TomlFile& file_;
};

}  // namespace

std::string TomlFile::place(const std::string& key) const
{
  const auto line = lines.find(key);
  return line == lines.end() ? name : fmt::format("{}:{}", name, line->second);
}

Result<TomlFile> parse_toml(std::string_view text, std::string_view name)
{
  if (const Status keys = check_keys(text, name); !keys) return keys.error();
  const toml::parse_result parsed = toml::parse(text, name);
  if (!parsed) {
    const toml::parse_error& error = parsed.error();
    const toml::source_position& at = error.source().begin;
    return Error{
        ErrorKind::usage,
        fmt::format("{}:{}:{}: {}", name, at.line, at.column, printable(error.description())), ""};
  }
  TomlFile file{std::string{name}, {}, {}};
  file.root = Reader{file}.read(parsed.table(), "");
  return file;
}

}  // namespace asyncz
