// SPDX-License-Identifier: MIT
#include "cli/declarations.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <utility>

namespace asyncz::cli {
namespace {

std::vector<std::string> names_of(std::string_view names)
{
  std::vector<std::string> all;
  for (const std::string_view name : split(names, ',')) all.emplace_back(name);
  return all;
}

// A text of which only a few are taken is completed as a choice, wherever it is checked.
WordKind completed_as(WordKind kind, std::string_view metavar)
{
  return kind == WordKind::text && !alternatives(metavar).empty() ? WordKind::choice : kind;
}

}  // namespace

std::vector<std::string> alternatives(std::string_view metavar)
{
  constexpr std::string_view letters = "abcdefghijklmnopqrstuvwxyz-";
  std::vector<std::string> words;
  for (std::string_view each : split(metavar, '|')) {
    each = each.substr(0, each.find(' '));
    if (each.find_first_not_of(letters) != std::string_view::npos || each == "-") return {};
    words.emplace_back(each);
  }
  return words.size() > 1 ? words : std::vector<std::string>{};
}

std::vector<std::string> WordsRow::first_words() const
{
  return kind == WordKind::choice ? std::vector<std::string>{} : alternatives(metavar);
}

void Declarations::flag(std::string_view names, bool& into, std::string_view help)
{
  options_.push_back({names_of(names), &into, {}, std::string{help}, {}, WordKind::text});
}

void Declarations::value(std::string_view names, std::optional<std::string>& into,
                         std::string_view metavar, std::string_view help, WordKind kind)
{
  options_.push_back({names_of(names),
                      &into,
                      std::string{metavar},
                      std::string{help},
                      {},
                      completed_as(kind, metavar)});
}

void Declarations::values(std::string_view names, std::vector<std::string>& into,
                          std::string_view metavar, std::string_view help, WordKind kind)
{
  options_.push_back({names_of(names),
                      &into,
                      std::string{metavar},
                      std::string{help},
                      {},
                      completed_as(kind, metavar)});
}

void Declarations::choice(std::string_view names, std::optional<std::string>& into,
                          std::vector<std::string> words, std::string_view help)
{
  std::string metavar = joined(words, "|");
  options_.push_back({names_of(names), &into, std::move(metavar), std::string{help},
                      std::move(words), WordKind::choice});
}

void Declarations::words(std::string_view metavar, std::vector<std::string>& into,
                         std::size_t least, std::size_t most, std::string_view help, WordKind kind)
{
  words_ = WordsRow{std::string{metavar},        &into, least, most, std::string{help},
                    completed_as(kind, metavar), false};
}

void Declarations::command_line(std::string_view metavar, std::vector<std::string>& into,
                                std::string_view help)
{
  words_ = WordsRow{std::string{metavar}, &into,          0,   static_cast<std::size_t>(-1),
                    std::string{help},    WordKind::text, true};
}

const OptionRow* Declarations::find(std::string_view name) const
{
  const auto row = std::ranges::find_if(options_, [&](const OptionRow& option) {
    return std::ranges::find(option.names, name) != option.names.end();
  });
  return row == options_.end() ? nullptr : &*row;
}

void declare_globals(Options& options, GlobalOptions& into)
{
  Globals& globals = into.globals;
  options.value("--store", globals.store, "STORE",
                "Store to use: a name of the configuration or a URL", WordKind::store);
  options.value("--config", globals.config, "FILE", "Configuration file, read after the usual ones",
                WordKind::file);
  options.flag("--json", globals.json, "Print one JSON document");
  options.flag("-q,--quiet", globals.quiet, "Print no notes");
  options.flag("-v,--verbose", globals.verbose, "Print more");
  options.choice("--color", into.color, {"auto", "always", "never"}, "When to use colors");
  options.flag("-h,--help", into.help, "Print what this command does and its options");
  options.flag("--version", into.version, "Print the version");
}

}  // namespace asyncz::cli
