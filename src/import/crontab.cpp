// SPDX-License-Identifier: MIT
#include "import/crontab.hpp"

#include "base/text.hpp"
#include "import/crontab_line.hpp"
#include "import/crontab_schedule.hpp"
#include "import/crontab_setting.hpp"

#include <fmt/format.h>

#include <utility>

namespace asyncz {
namespace {

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

// Each entry has a copy of the settings, so that both are limited.
constexpr std::size_t most_entries = 10'000;
constexpr std::size_t most_settings = 1'000;

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
    if (crontab_.entries.size() == most_entries) {
      crontab_.problems.push_back({line_, unreadable("too many entries in one file", "split it")});
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
    if (env_.size() == most_settings) {
      crontab_.problems.push_back({line_, unreadable("too many settings in one file", "split it")});
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
    auto schedule = take_schedule(rest, format_.dialect, entry.warnings);
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
