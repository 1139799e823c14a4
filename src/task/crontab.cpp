// SPDX-License-Identifier: MIT
#include "task/crontab.hpp"

#include "base/text.hpp"
#include "task/crontab_setting.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <utility>

namespace asyncz {
namespace {

constexpr std::string_view blanks = " \t";

void skip_blanks(std::string_view& text)
{
  text.remove_prefix(std::min(text.find_first_not_of(blanks), text.size()));
}

std::string_view first_word(std::string_view text)
{
  return text.substr(0, text.find_first_of(blanks));
}

std::string_view take_word(std::string_view& text)
{
  const auto word = first_word(text);
  text.remove_prefix(word.size());
  skip_blanks(text);
  return word;
}

Error unreadable(std::string what, std::string hint)
{
  return {ErrorKind::usage, std::move(what), std::move(hint)};
}

// --- Schedules -----------------------------------------------------------------------------------

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

// --- Commands ------------------------------------------------------------------------------------

bool is_user_name(std::string_view word)
{
  constexpr std::string_view allowed =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-";
  if (word.ends_with('$')) word.remove_suffix(1);
  return !word.empty() && word.front() != '-' &&
         word.find_first_not_of(allowed) == std::string_view::npos;
}

// The flags of the BSDs before a command.
void take_flags(std::string_view& command, CrontabEntry& entry)
{
  for (;;) {
    const auto word = first_word(command);
    const bool flags = word.size() > 1 && word.front() == '-' &&
                       word.find_first_not_of("nqs", 1) == std::string_view::npos;
    if (!flags) return;
    if (word.find_first_of("nq") != std::string_view::npos) {
      entry.warnings.push_back(fmt::format("'{}' (quiet) has no meaning here", word));
    }
    take_word(command);
  }
}

bool is_dcron_time(std::string_view value)
{
  const auto unit = value.find_first_not_of("0123456789");
  return unit != 0 && unit != std::string_view::npos &&
         std::string_view{"smhdw"}.find(value[unit]) != std::string_view::npos;
}

// What dcron reads before a command, and cronie as the beginning of it.
Status check_dcron(std::string_view command, CrontabEntry& entry)
{
  bool named = false;
  for (;;) {
    const auto word = take_word(command);
    if (word.starts_with("ID=")) {
      named = true;
      entry.warnings.emplace_back("'ID=' is a variable of the command here, not the job's name");
    } else if (word.starts_with("FREQ=") && (named || is_dcron_time(word.substr(5)))) {
      return unreadable("dcron's 'FREQ=' is not carried over",
                        "asyncz add --every has the schedule that is meant");
    } else if (word.starts_with("AFTER=") && named) {
      return unreadable("dcron's 'AFTER=' is not carried over", "run both in one command");
    } else {
      return {};
    }
  }
}

// Splits at the first `%` that no backslash stands before; the rest, with further ones as
// newlines, is the input.
void set_command(std::string_view text, CrontabEntry& entry)
{
  std::size_t at = 0;
  for (; at < text.size() && text[at] != '%'; ++at) {
    const bool pair = text[at] == '\\' && at + 1 < text.size();
    if (pair && text[at + 1] != '%') entry.command += text[at];
    if (pair) ++at;
    entry.command += text[at];
  }
  if (at == text.size()) return;
  entry.warnings.emplace_back(
      "'%' ends the command, and what follows is its input; '\\%' is a percent sign");
  bool escaped = false;
  for (const char c : text.substr(at + 1)) {
    if (escaped && c != '%') entry.stdin_data += '\\';
    const char given = c == '%' && !escaped ? '\n' : c;
    escaped = c == '\\';
    if (!escaped) entry.stdin_data += given;
  }
  if (escaped) entry.stdin_data += '\\';
  if (!entry.stdin_data.empty() && entry.stdin_data.back() != '\n') entry.stdin_data += '\n';
}

// --- Lines ---------------------------------------------------------------------------------------

class Reader {
 public:
  explicit Reader(const CrontabFormat& format) : format_{format} {}

  Crontab read(std::string_view content)
  {
    if (content.starts_with("\xEF\xBB\xBF")) content.remove_prefix(3);
    if (content.find("\r\n") != std::string_view::npos) {
      crontab_.warnings.push_back({1, "lines end in CR LF; the CR is not part of the commands"});
    }
    for (const auto text : split(content, '\n')) {
      ++line_;
      read_line(text);
    }
    return std::move(crontab_);
  }

 private:
  void read_line(std::string_view text)
  {
    if (text.ends_with('\r')) text.remove_suffix(1);
    skip_blanks(text);
    if (trimmed(text).empty() || text.front() == '#') return;
    if (text.find('\0') != std::string_view::npos) {
      crontab_.problems.push_back({line_, unreadable("there is a NUL in the line", "")});
      return;
    }
    if (const auto setting = read_crontab_setting(text)) {
      set(*setting);
      return;
    }
    auto entry = read_entry(text);
    if (entry) {
      crontab_.entries.push_back(*std::move(entry));
    } else {
      crontab_.problems.push_back({line_, entry.error()});
    }
  }

  void set(const CrontabSetting& setting)
  {
    if (setting.name.empty()) {
      crontab_.problems.push_back({line_, unreadable("a setting without a name", "")});
      return;
    }
    if (setting.name == "LOGNAME" || setting.name == "USER") {
      crontab_.warnings.push_back(
          {line_,
           fmt::format("{} is always the user's name; the line has no effect", setting.name)});
      return;
    }
    for (auto& remark : remarks_on(setting)) {
      crontab_.warnings.push_back({line_, std::move(remark)});
    }
    env_[std::string{setting.name}] = std::string{setting.value};
  }

  Result<CrontabEntry> read_entry(std::string_view text)
  {
    CrontabEntry entry;
    entry.line = line_;
    entry.text = std::string{trimmed(text)};
    entry.env = env_;
    auto rest = text;
    if (rest.front() == '-') {
      rest.remove_prefix(1);
      entry.warnings.emplace_back("'-' (not to syslog) has no meaning here");
    }
    auto schedule = rest.starts_with('@') ? take_nickname(rest)
                                          : take_fields(rest, format_.dialect, entry.warnings);
    if (!schedule) return schedule.error();
    entry.schedule = *std::move(schedule);
    if (text.back() == '\\') {
      return unreadable("the line ends in '\\', but lines of a crontab are not continued",
                        "put the whole command on one line or into a script");
    }
    const auto user = format_.user_column ? take_user(rest, entry) : note_user(rest, entry);
    if (!user) return user.error();
    take_flags(rest, entry);
    const auto dcron = check_dcron(rest, entry);
    if (!dcron) return dcron.error();
    if (format_.dialect && !has_percent_rule(*format_.dialect)) {
      entry.command = std::string{rest};
    } else {
      set_command(rest, entry);
    }
    if (trimmed(entry.command).empty()) {
      return unreadable("there is no command",
                        "the command comes after the schedule" +
                            std::string{format_.user_column ? " and the user" : ""});
    }
    return entry;
  }

  Status take_user(std::string_view& rest, CrontabEntry& entry) const
  {
    const auto word = take_word(rest);
    if (!is_user_name(word)) {
      return unreadable(fmt::format("'{}' is no user name", printable(word)),
                        "a system crontab names the user before the command; without --system it "
                        "does not");
    }
    entry.user = std::string{word};
    if (!format_.is_user(word)) {
      entry.warnings.push_back(fmt::format("there is no user '{}' here", word));
    }
    return {};
  }

  // Looks for what was not meant as the beginning of a command.
  Status note_user(std::string_view rest, CrontabEntry& entry) const
  {
    const auto word = take_word(rest);
    if (!rest.empty() && rest.front() != '-' && is_user_name(word) && format_.is_user(word)) {
      entry.warnings.push_back(fmt::format(
          "the command begins with the user name '{}': --system reads a user column", word));
    }
    if (word.find_first_not_of("0123456789*,/-?") == std::string_view::npos) {
      entry.warnings.push_back(fmt::format(
          "the command begins with '{}': the schedule has five fields, without seconds", word));
    }
    return {};
  }

  const CrontabFormat& format_;
  Crontab crontab_;
  std::map<std::string, std::string> env_;
  int line_ = 0;
};

}  // namespace

Crontab read_crontab(std::string_view content, const CrontabFormat& format)
{
  return Reader{format}.read(content);
}

}  // namespace asyncz
