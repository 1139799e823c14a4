// SPDX-License-Identifier: MIT
#include "import/systemd_unit.hpp"

#include "base/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

namespace asyncz {
namespace {

Error refused(std::string what, std::string hint = {})
{
  return {ErrorKind::usage, std::move(what), std::move(hint)};
}

class UnitReader {
 public:
  UnitReader(Unit& unit, std::string_view file) : unit_{unit}, file_{file} {}

  void read(std::string_view text)
  {
    for (std::string_view line : split(text, '\n')) {
      ++line_;
      if (line.ends_with('\r')) line.remove_suffix(1);
      const auto bare = trimmed(line);
      // Comments stand between continued lines too.
      if (bare.starts_with('#') || bare.starts_with(';')) continue;
      if (pending_.empty()) first_ = line_;
      if (line.ends_with('\\')) {
        line.remove_suffix(1);
        pending_ += std::string{line} + ' ';
        continue;
      }
      pending_ += line;
      take(trimmed(pending_));
      pending_.clear();
    }
    if (!pending_.empty()) take(trimmed(pending_));
  }

 private:
  void take(std::string_view line)
  {
    if (line.empty()) return;
    if (line.starts_with('[')) {
      if (!line.ends_with(']')) return complain("a section's name has no end");
      section_ = line.substr(1, line.size() - 2);
      return;
    }
    const auto equals = line.find('=');
    if (equals == std::string_view::npos) return complain("this is no KEY=VALUE");
    if (section_.empty()) return complain("this stands before the first section");
    unit_.settings.push_back({section_, std::string{trimmed(line.substr(0, equals))},
                              std::string{trimmed(line.substr(equals + 1))}, place()});
  }

  void complain(std::string what) { unit_.problems.push_back({place(), refused(std::move(what))}); }

  [[nodiscard]] std::string place() const { return fmt::format("{}:{}", file_, first_); }

  Unit& unit_;
  std::string_view file_;
  std::string section_;
  std::string pending_;  // what `\` has continued
  int line_ = 0;
  int first_ = 0;  // the line on which the pending ones began
};

int digit_of(char c)
{
  constexpr std::string_view digits = "0123456789abcdef";
  const auto value = digits.find(c >= 'A' && c <= 'F' ? static_cast<char>(c + ('a' - 'A')) : c);
  return value == std::string_view::npos ? 99 : static_cast<int>(value);
}

class Words {
 public:
  explicit Words(std::string_view line) : rest_{line} {}

  Result<std::vector<std::string>> read()
  {
    while (!rest_.empty()) {
      const char c = take();
      if (c == '\\') {
        if (auto done = read_escape(); !done) return done.error();
      } else if (quote_ != 0 && c == quote_) {
        quote_ = 0;
      } else if (quote_ != 0) {
        word_ += c;
      } else if (c == '"' || c == '\'') {
        quote_ = c;
        begun_ = true;
      } else if (c == ' ' || c == '\t' || c == '\n') {
        end_word();
      } else {
        begun_ = true;
        word_ += c;
      }
    }
    if (quote_ != 0) return refused("a quote does not end");
    end_word();
    return std::move(words_);
  }

 private:
  char take()
  {
    const char c = rest_.front();
    rest_.remove_prefix(1);
    return c;
  }

  void end_word()
  {
    if (begun_) words_.push_back(std::move(word_));
    word_.clear();
    begun_ = false;
  }

  Status read_escape()
  {
    constexpr std::string_view letters = "abfnrtvs\\\"'";
    constexpr std::string_view meanings = "\a\b\f\n\r\t\v \\\"'";
    if (rest_.empty()) return refused("a backslash ends the line");
    begun_ = true;
    const char c = take();
    if (const auto known = letters.find(c); known != std::string_view::npos) {
      word_ += meanings[known];
      return {};
    }
    // `\;` keeps its backslash, so that it can be told from the `;` between commands.
    if (c == ';') {
      word_ += "\\;";
      return {};
    }
    if (c == 'x') return read_byte(16, 2, 0);
    if (c >= '0' && c <= '7') return read_byte(8, 2, digit_of(c));
    return refused(fmt::format("the escape \\{} is not read by asyncz", printable({&c, 1})));
  }

  Status read_byte(int base, int digits, int value)
  {
    for (int i = 0; i < digits; ++i) {
      const int digit = rest_.empty() ? 99 : digit_of(take());
      if (digit >= base) return refused("an escape lacks a digit");
      value = value * base + digit;
    }
    if (value == 0 || value > 0xFF) return refused("an escape is no character");
    word_ += static_cast<char>(value);
    return {};
  }

  std::string_view rest_;
  std::vector<std::string> words_;
  std::string word_;
  bool begun_ = false;
  char quote_ = 0;
};

// `\x2d` and `-` in a unit's name, as %I and %P have them.
std::string unescaped(std::string_view name)
{
  std::string out;
  for (std::size_t i = 0; i < name.size(); ++i) {
    if (name[i] == '\\' && i + 3 < name.size() && name[i + 1] == 'x') {
      out += static_cast<char>(digit_of(name[i + 2]) * 16 + digit_of(name[i + 3]));
      i += 3;
    } else {
      out += name[i] == '-' ? '/' : name[i];
    }
  }
  return out;
}

// The parts of `prefix@instance.service`.
struct NameParts {
  std::string_view stem, prefix, instance;
};

NameParts parts_of(std::string_view unit)
{
  NameParts parts;
  parts.stem = unit.substr(0, unit.rfind('.'));
  const auto at = parts.stem.find('@');
  parts.prefix = parts.stem.substr(0, at);
  if (at != std::string_view::npos) parts.instance = parts.stem.substr(at + 1);
  return parts;
}

// Specifiers that stand for what is known of the host and the manager.
struct NameSpecifier {
  char letter;
  std::string UnitNames::*member;
};
constexpr std::array name_specifiers{
    NameSpecifier{'n', &UnitNames::unit},       NameSpecifier{'u', &UnitNames::user},
    NameSpecifier{'U', &UnitNames::uid},        NameSpecifier{'h', &UnitNames::home},
    NameSpecifier{'s', &UnitNames::shell},      NameSpecifier{'H', &UnitNames::host},
    NameSpecifier{'m', &UnitNames::machine_id}, NameSpecifier{'t', &UnitNames::runtime},
    NameSpecifier{'S', &UnitNames::state},      NameSpecifier{'C', &UnitNames::cache},
    NameSpecifier{'L', &UnitNames::logs},       NameSpecifier{'E', &UnitNames::configuration},
};

std::optional<std::string> meaning_of(char letter, const UnitNames& names)
{
  for (const auto& known : name_specifiers) {
    if (known.letter == letter) return names.*known.member;
  }
  const auto parts = parts_of(names.unit);
  const auto last = parts.prefix.substr(parts.prefix.rfind('-') + 1);
  const std::array<std::pair<char, std::string>, 12> others{{
      {'%', "%"},
      {'N', std::string{parts.stem}},
      {'p', std::string{parts.prefix}},
      {'P', unescaped(parts.prefix)},
      {'i', std::string{parts.instance}},
      {'I', unescaped(parts.instance)},
      {'j', std::string{last}},
      {'J', unescaped(last)},
      {'f', '/' + unescaped(parts.instance.empty() ? parts.prefix : parts.instance)},
      {'l', names.host.substr(0, names.host.find('.'))},
      {'T', "/tmp"},
      {'V', "/var/tmp"},
  }};
  for (const auto& [known, meaning] : others) {
    if (known == letter) return meaning;
  }
  return std::nullopt;
}

}  // namespace

void read_unit(Unit& unit, std::string_view text, std::string_view file)
{
  UnitReader{unit, file}.read(text);
}

std::vector<const UnitSetting*> settings_of(const Unit& unit, std::string_view section,
                                            std::string_view key)
{
  std::vector<const UnitSetting*> found;
  for (const auto& setting : unit.settings) {
    if (setting.section != section || setting.key != key) continue;
    if (setting.value.empty()) {
      found.clear();
    } else {
      found.push_back(&setting);
    }
  }
  return found;
}

const UnitSetting* setting_of(const Unit& unit, std::string_view section, std::string_view key)
{
  const auto found = settings_of(unit, section, key);
  return found.empty() ? nullptr : found.back();
}

std::optional<bool> unit_boolean(std::string_view text)
{
  constexpr std::array<std::string_view, 6> yes{"1", "yes", "y", "true", "t", "on"};
  constexpr std::array<std::string_view, 6> no{"0", "no", "n", "false", "f", "off"};
  const auto word = lower(text);
  if (std::ranges::find(yes, word) != yes.end()) return true;
  if (std::ranges::find(no, word) != no.end()) return false;
  return std::nullopt;
}

Result<std::string> with_specifiers(std::string_view value, const UnitNames& names)
{
  std::string out;
  for (std::size_t i = 0; i < value.size(); ++i) {
    if (value[i] != '%') {
      out += value[i];
      continue;
    }
    const auto meaning =
        i + 1 < value.size() ? meaning_of(value[i + 1], names) : std::optional<std::string>{};
    if (!meaning) {
      return refused(
          fmt::format("'{}' stands for nothing that is known here", printable(value.substr(i, 2))),
          "a percent sign is written %%");
    }
    out += *meaning;
    ++i;
  }
  return out;
}

Result<std::vector<std::string>> unit_words(std::string_view line) { return Words{line}.read(); }

}  // namespace asyncz
