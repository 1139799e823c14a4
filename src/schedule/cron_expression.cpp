// SPDX-License-Identifier: MIT
#include "schedule/cron_expression.hpp"

#include "base/text.hpp"
#include "schedule/crontab_fields.hpp"
#include "schedule/named_fields.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace asyncz {
namespace {

struct Nickname {
  std::string_view name;
  std::string_view fields;
};

constexpr std::array<Nickname, 7> nicknames{{
    {"@hourly", "0 * * * *"},
    {"@daily", "0 0 * * *"},
    {"@midnight", "0 0 * * *"},
    {"@weekly", "0 0 * * 0"},
    {"@monthly", "0 0 1 * *"},
    {"@yearly", "0 0 1 1 *"},
    {"@annually", "0 0 1 1 *"},
}};

std::vector<std::string_view> words_of(std::string_view text)
{
  std::vector<std::string_view> words;
  while (!(text = trimmed(text)).empty()) {
    const auto end = text.find_first_of(" \t\r\n\v\f");
    words.push_back(text.substr(0, end));
    text.remove_prefix(words.back().size());
  }
  return words;
}

Error wrong_count(std::size_t count)
{
  auto error = Error{ErrorKind::usage,
                     fmt::format("{} field{} where 5 are needed, or 6 with seconds first", count,
                                 count == 1 ? "" : "s"),
                     "write minute hour day-of-month month day-of-week, as in 30 2 * * *"};
  if (count == 7) error.hint = "name the year in named fields: year=2027 month=1 hour=3";
  if (count > 7) error.hint = "leave the command out: it stands after --";
  return error;
}

Error unknown_nickname(std::string_view text)
{
  std::vector<std::string_view> known;
  for (const auto& nickname : nicknames) known.push_back(nickname.name);
  auto error = Error{ErrorKind::usage, "no such nickname", {}};
  if (text == "@reboot") {
    error = {ErrorKind::usage, "@reboot is no calendar schedule", "use --on-boot"};
  } else if (text == "@every_minute" || text == "@every_second") {  // FreeBSD's
    error.hint = text.ends_with("minute") ? "write * * * * *" : "write * * * * * *";
  } else if (text.starts_with("@every")) {
    error.hint = fmt::format("use --every {}", trimmed(text.substr(6)));
  } else if (const auto meant = did_you_mean(lower(text), known)) {
    error.hint = fmt::format("write {}", *meant);
  } else {
    error.hint = "write @hourly, @daily, @weekly, @monthly or @yearly";
  }
  return error;
}

Result<CronExpression> parse_crontab(std::string_view text, std::string_view task_id)
{
  const auto words = words_of(text);
  if (words.size() != 5 && words.size() != 6) return wrong_count(words.size());
  return parse_crontab_fields(words, task_id);
}

// `day="last sun" hour=3`
bool has_named_fields(std::string_view text) { return text.find('=') != std::string_view::npos; }

Result<CronExpression> parse_any(std::string_view text, std::string_view task_id)
{
  if (text.starts_with("TZ=") || text.starts_with("CRON_TZ=")) {
    return Error{ErrorKind::usage, "the time zone is not part of a cron expression",
                 fmt::format("use --tz {}", words_of(text.substr(text.find('=') + 1)).empty()
                                                ? "ZONE"
                                                : words_of(text.substr(text.find('=') + 1))[0])};
  }
  if (text.starts_with('@')) {
    const auto fields = nickname_fields(text);
    if (!fields) return unknown_nickname(text);
    return parse_crontab(*fields, task_id);
  }
  return has_named_fields(text) ? parse_named_fields(text) : parse_crontab(text, task_id);
}

}  // namespace

std::optional<std::string_view> nickname_fields(std::string_view text)
{
  for (const auto& [name, fields] : nicknames) {
    if (text == name) return fields;
  }
  return std::nullopt;
}

std::vector<FieldText> cron_field_texts(std::string_view text)
{
  constexpr std::array<std::string_view, 6> names{"second", "minute", "hour",
                                                  "day",    "month",  "day_of_week"};
  text = trimmed(text);
  if (has_named_fields(text)) return named_field_texts(text);
  const auto words = words_of(nickname_fields(text).value_or(text));
  std::vector<FieldText> out;
  for (std::size_t i = 0; i < words.size() && i < names.size(); ++i) {
    const auto place = words.size() == names.size() ? i : i + 1;
    if (place < names.size()) out.push_back({names.at(place), words[i]});
  }
  return out;
}

Result<CronExpression> parse_cron(std::string_view text, std::string_view task_id)
{
  auto expression = parse_any(trimmed(text), task_id);
  if (!expression) return expression.error().in(fmt::format("cron \"{}\"", printable(text)));
  return expression;
}

}  // namespace asyncz
