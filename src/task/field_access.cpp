// SPDX-License-Identifier: MIT
#include "task/field_access.hpp"

#include "base/number.hpp"
#include "base/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <span>
#include <string_view>

namespace asyncz::field_access {
namespace {

Error expected(std::string_view what)
{
  return {ErrorKind::usage, fmt::format("{} is expected", what), ""};
}

struct Word {
  std::string_view text;
  int value;
};

constexpr std::array overlap_words{Word{"skip", static_cast<int>(Overlap::skip)},
                                   Word{"queue", static_cast<int>(Overlap::queue)},
                                   Word{"replace", static_cast<int>(Overlap::replace)}};
constexpr std::array delivery_words{
    Word{"at-least-once", static_cast<int>(Delivery::at_least_once)},
    Word{"at-most-once", static_cast<int>(Delivery::at_most_once)}};
constexpr std::array output_words{Word{"capture", static_cast<int>(OutputMode::capture)},
                                  Word{"discard", static_cast<int>(OutputMode::discard)}};

template <class Enum>
Status read_word(const Value& value, std::span<const Word> words, Enum& into)
{
  std::string all;
  const auto* text = value.get<std::string>();
  for (const Word& word : words) {
    if (text != nullptr && *text == word.text) {
      into = static_cast<Enum>(word.value);
      return {};
    }
    all += (all.empty() ? "" : &word == &words.back() ? " or " : ", ") + std::string{word.text};
  }
  return expected(all);
}

template <class Enum>
Value write_word(Enum value, std::span<const Word> words)
{
  for (const Word& word : words) {
    if (word.value == static_cast<int>(value)) return word.text;
  }
  return {};
}

// Also where the list has one element and stands without brackets.
template <class T>
Status read_list(const Value& value, std::vector<T>& into)
{
  std::vector<T> read_so_far;
  const auto* list = value.get<ValueList>();
  const std::span<const Value> elements =
      list != nullptr ? std::span<const Value>{*list} : std::span{&value, 1};
  for (const Value& element : elements) {
    if (Status done = read(element, read_so_far.emplace_back()); !done) return done;
  }
  into = std::move(read_so_far);
  return {};
}

template <class T>
Value write_list(const std::vector<T>& elements)
{
  ValueList list;
  list.reserve(elements.size());
  for (const T& element : elements) list.emplace_back(element);
  return list;
}

}  // namespace

Status read(const Value& value, bool& into)
{
  const auto* flag = value.get<bool>();
  if (flag == nullptr) return expected("true or false");
  into = *flag;
  return {};
}

Status read(const Value& value, std::string& into)
{
  const auto* text = value.get<std::string>();
  if (text == nullptr) return expected("a text");
  into = *text;
  return {};
}

Status read(const Value& value, std::int64_t& into)
{
  const auto* number = value.get<std::int64_t>();
  if (number == nullptr) return expected("a whole number");
  into = *number;
  return {};
}

Status read(const Value& value, std::int32_t& into)
{
  std::int64_t number = 0;
  if (Status done = read(value, number); !done) return done;
  if (!std::in_range<std::int32_t>(number)) return expected("a smaller number");
  into = static_cast<std::int32_t>(number);
  return {};
}

Status read(const Value& value, double& into)
{
  if (const auto* whole = value.get<std::int64_t>()) {
    into = static_cast<double>(*whole);
    return {};
  }
  const auto* number = value.get<double>();
  if (number == nullptr) return expected("a number");
  into = *number;
  return {};
}

Status read(const Value& value, Duration& into)
{
  const auto* text = value.get<std::string>();
  if (text == nullptr) return expected("a duration such as \"90s\"");
  const Result<Duration> duration = parse_duration(*text);
  if (!duration) return duration.error();
  into = *duration;
  return {};
}

Status read(const Value& value, std::vector<std::string>& into) { return read_list(value, into); }
Status read(const Value& value, std::vector<int>& into) { return read_list(value, into); }
Status read(const Value& value, Overlap& into) { return read_word(value, overlap_words, into); }
Status read(const Value& value, Delivery& into) { return read_word(value, delivery_words, into); }
Status read(const Value& value, OutputMode& into) { return read_word(value, output_words, into); }

Value write(Duration value) { return duration_text(value); }
Value write(const std::vector<std::string>& value) { return write_list(value); }
Value write(const std::vector<int>& value) { return write_list(value); }
Value write(Overlap value) { return write_word(value, overlap_words); }
Value write(Delivery value) { return write_word(value, delivery_words); }
Value write(OutputMode value) { return write_word(value, output_words); }

Value get_command(const Task& task, const FieldContext&)
{
  if (task.shell && !task.argv.empty()) return task.argv.front();
  return write(task.argv);
}

Status set_command(Task& task, const Value& value, const FieldContext&)
{
  const bool shell = value.get<std::string>() != nullptr;
  if (!shell && value.get<ValueList>() == nullptr) {
    return expected("a list of words, or one text for the shell,");
  }
  if (Status done = read(value, task.argv); !done) return done;
  task.shell = shell;
  return {};
}

Value get_trigger(const Task& task, const FieldContext& context)
{
  return trigger_value(task.trigger, context.zone);
}

Status set_trigger(Task& task, const Value& value, const FieldContext& context)
{
  Result<Trigger> trigger = trigger_from_value(value, context.now, context.zone);
  if (!trigger) return trigger.error();
  task.trigger = std::move(*trigger);
  return {};
}

Status set_timezone(Task& task, const Value& value, const FieldContext&)
{
  if (!value.is_null()) return read(value, task.timezone);
  task.timezone = local_zone_name();
  return {};
}

Value get_after(const Task& task, const FieldContext&)
{
  ValueList list;
  for (const Dependency& each : task.after) {
    if (each.any_end) {
      list.emplace_back(ValueMap{{"id", each.id}, {"any_end", true}});
    } else {
      list.emplace_back(each.id);
    }
  }
  return list;
}

Status set_after(Task& task, const Value& value, const FieldContext&)
{
  task.after.clear();
  if (value.is_null()) return {};
  const auto* list = value.get<ValueList>();
  if (list == nullptr) return expected("a list of task ids");
  for (const Value& element : *list) {
    Dependency dependency;
    const Value* id = element.find("id");
    if (Status done = read(id != nullptr ? *id : element, dependency.id); !done) return done;
    if (const Value* any = element.find("any_end")) {
      if (Status done = read(*any, dependency.any_end); !done) return done;
    }
    task.after.push_back(std::move(dependency));
  }
  return {};
}

Value get_umask(const Task& task, const FieldContext&)
{
  return task.umask ? Value{fmt::format("{:04o}", *task.umask)} : Value{};
}

Status set_umask(Task& task, const Value& value, const FieldContext&)
{
  task.umask.reset();
  if (value.is_null()) return {};
  const auto* text = value.get<std::string>();
  const auto mask = text != nullptr ? parse_number<std::uint32_t>(*text, 8) : std::nullopt;
  if (!mask || *mask > 0777) return expected("an octal text such as \"0022\"");
  task.umask = mask;
  return {};
}

Value get_env(const Task& task, const FieldContext&)
{
  ValueMap map;
  map.reserve(task.env.size());
  for (const auto& [name, text] : task.env) map.emplace_back(name, text);
  return map;
}

Status set_env(Task& task, const Value& value, const FieldContext&)
{
  std::map<std::string, std::string> env;
  const auto* map = value.get<ValueMap>();
  if (map == nullptr && !value.is_null()) return expected("a table of names and texts");
  for (const auto& [name, text] : map != nullptr ? *map : ValueMap{}) {
    if (Status done = read(text, env[name]); !done) return done.error().in(printable(name));
  }
  task.env = std::move(env);
  return {};
}

Value get_rlimit(const Task& task, const FieldContext&)
{
  ValueMap map;
  for (const ResourceLimit& limit : task.rlimit) map.emplace_back(limit.name, limit_value(limit));
  return map;
}

Status set_rlimit(Task& task, const Value& value, const FieldContext&)
{
  std::vector<ResourceLimit> limits;
  const auto* map = value.get<ValueMap>();
  if (map == nullptr && !value.is_null()) return expected("a table of names and limits");
  for (const auto& [name, member] : map != nullptr ? *map : ValueMap{}) {
    auto limit = read_limit(name, member);
    if (!limit) return limit.error();
    const bool twice = std::ranges::any_of(
        limits, [&](const ResourceLimit& earlier) { return earlier.name == limit->name; });
    if (twice) {
      return Error{ErrorKind::usage, "the limit " + limit->name + " is given twice",
                   "memory and as are one limit, and so are files and nofile"};
    }
    limits.push_back(*std::move(limit));
  }
  task.rlimit = std::move(limits);
  return {};
}

Value get_stdin(const Task& task, const FieldContext&)
{
  return task.stdin_data.empty() ? Value{} : Value{task.stdin_data};
}

Status set_stdin(Task& task, const Value& value, const FieldContext& context)
{
  return set<&Task::stdin_data>(task, value, context);
}

}  // namespace asyncz::field_access
