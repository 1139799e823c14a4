// SPDX-License-Identifier: MIT
#include "import/crontab_schedule.hpp"

#include "base/text.hpp"
#include "import/crontab_line.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <utility>

namespace asyncz {
namespace {

constexpr std::array<std::string_view, 10> nicknames{
    "@reboot", "@yearly",   "@annually", "@monthly",      "@weekly",
    "@daily",  "@midnight", "@hourly",   "@every_minute", "@every_second",
};

Error unknown_nickname(std::string_view word)
{
  const auto digits = word.substr(1);
  if (!digits.empty() && digits.find_first_not_of("0123456789") == std::string_view::npos) {
    return unreadable(
        fmt::format("'{}' counts from the end of the last run, which is not carried over", word),
        fmt::format("asyncz add --every {}s counts from start to start", digits));
  }
  if (word == "@noauto") {
    return unreadable("'@noauto' has no times", "asyncz add --paused keeps a task for asyncz run");
  }
  const auto near = did_you_mean(lower(word), nicknames);
  return unreadable(fmt::format("there is no schedule '{}'", printable(word)),
                    near ? fmt::format("did you mean '{}'?", *near)
                         : "nicknames are @reboot, @hourly, @daily, @weekly, @monthly, @yearly");
}

Result<std::string> take_nickname(std::string_view& rest)
{
  const auto word = take_word(rest);
  if (std::find(nicknames.begin(), nicknames.end(), word) == nicknames.end()) {
    return unknown_nickname(word);
  }
  if (word == "@every_minute") return std::string{"* * * * *"};
  if (word == "@every_second") return std::string{"* * * * * *"};
  return std::string{word};
}

bool is_variable_name(std::string_view word)
{
  constexpr std::string_view allowed =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_";
  return !word.empty() && word.find_first_not_of(allowed) == std::string_view::npos &&
         std::isdigit(static_cast<unsigned char>(word.front())) == 0;
}

Error not_an_entry(std::string_view line)
{
  const auto name = first_word(line.substr(0, line.find('=')));
  if (!is_variable_name(name)) {
    return unreadable("there is no command after five time fields",
                      "a line is: minute hour day-of-month month day-of-week command");
  }
  return unreadable("neither a setting nor five time fields and a command",
                    fmt::format("a setting is {}=VALUE; quotes go round the whole value", name));
}

// `n/step`, which means n alone to some crons, n and what follows to asyncz, and nothing to cronie.
bool has_open_step(std::string_view field)
{
  for (const auto item : split(field, ',')) {
    const auto digits = item.find_first_not_of("0123456789");
    if (digits != 0 && digits != std::string_view::npos && item[digits] == '/') return true;
  }
  return false;
}

Result<std::string> plain_schedule(std::vector<std::string> fields,
                                   std::vector<std::string>& warnings)
{
  for (const auto& field : fields) {
    if (!has_open_step(field)) continue;
    return unreadable(fmt::format("'{}' has a step but no range", field),
                      "crons disagree on it: write first-last/step");
  }
  if (fields[2] == "$") {
    fields[2] = "L";
    warnings.emplace_back("'$' (the last day of the month) is written 'L' here");
  }
  return joined(fields, " ");
}

Result<std::string> schedule_of(const std::vector<std::string>& fields, CronDialect dialect,
                                std::vector<std::string>& warnings)
{
  const auto translated = translated_fields(fields, dialect);
  if (!translated) return translated.error();
  for (std::size_t i = 0; i < fields.size(); ++i) {
    if ((*translated)[i] == fields[i]) continue;
    warnings.push_back(fmt::format("'{}' was '{}' in {}, and is written so here", fields[i],
                                   (*translated)[i], cron_dialect_text(dialect)));
  }
  if (dialect == CronDialect::dcron && fields[3] != "*") {
    warnings.emplace_back("dcron 4.6 did not look at the month and ran it in each");
  }
  return joined(*translated, " ");
}

Result<std::string> take_fields(std::string_view& rest, std::optional<CronDialect> dialect,
                                std::vector<std::string>& warnings)
{
  const auto line = rest;
  std::vector<std::string> fields;
  while (fields.size() < 5 && !rest.empty()) fields.emplace_back(take_word(rest));
  if (rest.empty()) return not_an_entry(line);
  return dialect ? schedule_of(fields, *dialect, warnings)
                 : plain_schedule(std::move(fields), warnings);
}

}  // namespace

Result<std::string> take_schedule(std::string_view& line, std::optional<CronDialect> dialect,
                                  std::vector<std::string>& warnings)
{
  return line.starts_with('@') ? take_nickname(line) : take_fields(line, dialect, warnings);
}

}  // namespace asyncz
