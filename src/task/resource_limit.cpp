// SPDX-License-Identifier: MIT
#include "task/resource_limit.hpp"

#include "base/hint.hpp"
#include "base/number.hpp"
#include "base/text.hpp"
#include "time/instant.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <vector>

namespace asyncz {
namespace {

constexpr std::array<std::string_view, 10> names{"as",      "core",   "cpu",   "data", "fsize",
                                                 "memlock", "nofile", "nproc", "rss",  "stack"};

struct OtherWord {
  std::string_view word;
  std::string_view name;
};
constexpr std::array other_words{OtherWord{"memory", "as"}, OtherWord{"files", "nofile"}};

Result<std::string> name_of(std::string_view word)
{
  const auto* const other = std::ranges::find(other_words, word, &OtherWord::word);
  if (other != other_words.end()) return std::string{other->name};
  if (std::ranges::find(names, word) != names.end()) return std::string{word};
  std::vector<std::string_view> known{names.begin(), names.end()};
  for (const OtherWord& each : other_words) known.push_back(each.word);
  const auto near = did_you_mean(word, known);
  return Error{ErrorKind::usage, fmt::format("there is no limit '{}'", printable(word)),
               hint_at(near, "cpu, memory and files are, and the others of setrlimit(2)")};
}

std::optional<std::uint64_t> whole_seconds(std::string_view text)
{
  if (const auto bare = parse_size(text)) return bare;
  const auto duration = parse_duration(text);
  if (!duration) return std::nullopt;
  const auto seconds = std::chrono::ceil<std::chrono::seconds>(*duration).count();
  return static_cast<std::uint64_t>(seconds);
}

std::optional<std::uint64_t> amount_of(std::string_view name, const Value& value)
{
  if (const auto* number = value.get<std::int64_t>()) {
    return *number < 0 ? std::nullopt : std::optional{static_cast<std::uint64_t>(*number)};
  }
  const auto* text = value.get<std::string>();
  if (text == nullptr) return std::nullopt;
  if (*text == "unlimited") return no_limit;
  return name == "cpu" ? whole_seconds(*text) : parse_size(*text);
}

}  // namespace

std::span<const std::string_view> limit_names() { return names; }

Result<ResourceLimit> read_limit(std::string_view name, const Value& value)
{
  auto known = name_of(name);
  if (!known) return known.error();
  const auto amount = amount_of(*known, value);
  if (amount) return ResourceLimit{*std::move(known), *amount};
  return Error{ErrorKind::usage,
               fmt::format("{}: {} is expected", name,
                           *known == "cpu" ? "a time such as 60s" : "a number such as 100 or 512M"),
               ""};
}

Value limit_value(const ResourceLimit& limit)
{
  if (limit.value == no_limit) return "unlimited";
  return static_cast<std::int64_t>(limit.value);
}

std::optional<std::uint64_t> parse_size(std::string_view text)
{
  constexpr std::string_view units = "KMGTPE";
  int shift = 0;
  const auto place = text.empty() ? std::string_view::npos : units.find(text.back());
  if (place != std::string_view::npos) {
    shift = 10 * (static_cast<int>(place) + 1);
    text.remove_suffix(1);
  }
  const auto number = parse_number<std::uint64_t>(text);
  if (!number || *number > (std::uint64_t{1} << 62U) >> shift) return std::nullopt;
  return *number << shift;
}

}  // namespace asyncz
