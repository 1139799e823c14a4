// SPDX-License-Identifier: MIT
#include "config/settings_file.hpp"

#include "base/hint.hpp"
#include "base/text.hpp"
#include "task/fields.hpp"
#include "time/zone.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace asyncz {
namespace {

// --- Values of one type -------------------------------------------------------------------------

Error wrong(std::string_view what) { return {ErrorKind::usage, std::string{what}, ""}; }

Status read(const Value& value, bool& into)
{
  const auto* flag = value.get<bool>();
  if (flag == nullptr) return wrong("true or false is expected");
  into = *flag;
  return {};
}

Status read(const Value& value, std::string& into)
{
  const auto* text = value.get<std::string>();
  if (text == nullptr) return wrong("a text is expected");
  into = *text;
  return {};
}

Status read(const Value& value, std::int64_t& into)
{
  const auto* number = value.get<std::int64_t>();
  if (number == nullptr || *number < 0) return wrong("a whole number of at least 0 is expected");
  into = *number;
  return {};
}

Status read(const Value& value, int& into)
{
  std::int64_t number = 0;
  if (const Status done = read(value, number); !done) return done;
  if (number > 10000) return wrong("a number of at most 10000 is expected");
  into = static_cast<int>(number);
  return {};
}

Status read(const Value& value, Duration& into)
{
  const auto* text = value.get<std::string>();
  if (text == nullptr) return wrong("a duration such as \"30s\" is expected");
  const Result<Duration> duration = parse_duration(*text);
  if (!duration) return duration.error();
  into = *duration;
  return {};
}

template <class T>
Status read(const Value& value, std::optional<T>& into)
{
  T inner{};
  if (const Status done = read(value, inner); !done) return done;
  into = inner;
  return {};
}

Status read(const Value& value, std::vector<std::string>& into)
{
  const auto* list = value.get<ValueList>();
  std::vector<std::string> texts;
  for (const Value& element : list != nullptr ? *list : ValueList{value}) {
    if (const Status done = read(element, texts.emplace_back()); !done) return done;
  }
  into = std::move(texts);
  return {};
}

// --- The keys -----------------------------------------------------------------------------------

struct Key {
  std::string_view name;  // `worker.lease`
  Status (*set)(Settings&, const Value&);
};

constexpr std::array keys{
    Key{"store", [](Settings& s, const Value& v) { return read(v, s.store); }},
    Key{"encryption.enabled",
        [](Settings& s, const Value& v) {
          s.encryption.enabled_was_written = true;
          return read(v, s.encryption.enabled);
        }},
    Key{"encryption.key_file",
        [](Settings& s, const Value& v) { return read(v, s.encryption.key_file); }},
    Key{"history.keep_runs",
        [](Settings& s, const Value& v) { return read(v, s.history.keep_runs); }},
    Key{"history.keep_age",
        [](Settings& s, const Value& v) { return read(v, s.history.keep_age); }},
    Key{"history.keep_bytes",
        [](Settings& s, const Value& v) { return read(v, s.history.keep_bytes); }},
    Key{"worker.concurrency",
        [](Settings& s, const Value& v) { return read(v, s.worker.concurrency); }},
    Key{"worker.queues", [](Settings& s, const Value& v) { return read(v, s.worker.queues); }},
    Key{"worker.name", [](Settings& s, const Value& v) { return read(v, s.worker.name); }},
    Key{"worker.shutdown_timeout",
        [](Settings& s, const Value& v) { return read(v, s.worker.shutdown_timeout); }},
    Key{"worker.lease", [](Settings& s, const Value& v) { return read(v, s.worker.lease); }},
    Key{"worker.show_output",
        [](Settings& s, const Value& v) { return read(v, s.worker.show_output); }},
    Key{"worker.log_format",
        [](Settings& s, const Value& v) { return read(v, s.worker.log_format); }},
    Key{"worker.metrics_file",
        [](Settings& s, const Value& v) { return read(v, s.worker.metrics_file); }},
    Key{"worker.metrics_listen",
        [](Settings& s, const Value& v) { return read(v, s.worker.metrics_listen); }},
};

constexpr std::array<std::string_view, 2> free_tables{"stores", "defaults"};

Error unknown_key(std::string_view key)
{
  std::vector<std::string_view> known{free_tables.begin(), free_tables.end()};
  for (const Key& each : keys) {
    known.push_back(each.name);
    if (const auto dot = each.name.find('.'); dot != std::string_view::npos) {
      known.push_back(each.name.substr(0, dot));
    }
  }
  const auto meant = did_you_mean(key, known);
  return {ErrorKind::usage, fmt::format("unknown key {}", printable(key)), hint_at(meant)};
}

// --- The file -----------------------------------------------------------------------------------

class FileReader {
 public:
  FileReader(Settings& settings, const TomlFile& file) : settings_{settings}, file_{file} {}

  Status read_all()
  {
    for (const auto& [name, value] : *file_.root.get<ValueMap>()) {
      Status done = name == "stores"     ? read_stores(value)
                    : name == "defaults" ? read_defaults(value)
                                         : read_key(name, value);
      if (!done) return done;
    }
    return {};
  }

 private:
  Error at(const std::string& key, const Error& error) const { return error.in(file_.place(key)); }

  Status read_key(const std::string& name, const Value& value)
  {
    const auto* table = value.get<ValueMap>();
    const bool is_table = std::ranges::any_of(
        keys, [&](const Key& each) { return each.name.starts_with(name + '.'); });
    if (is_table && table == nullptr) return at(name, wrong(name + " is a table"));
    if (is_table) {
      for (const auto& [inner, inner_value] : *table) {
        if (const Status done = set(name + '.' + inner, inner_value); !done) return done;
      }
      return {};
    }
    return set(name, value);
  }

  Status set(const std::string& name, const Value& value)
  {
    const auto key = std::ranges::find(keys, std::string_view{name}, &Key::name);
    if (key == keys.end()) return at(name, unknown_key(name));
    if (const Status done = key->set(settings_, value); !done) {
      return at(name, done.error().in(name));
    }
    settings_.origins[name] = file_.name;
    return {};
  }

  Status read_stores(const Value& value)
  {
    const auto* table = value.get<ValueMap>();
    if (table == nullptr) return at("stores", wrong("stores is a table of tables"));
    for (const auto& [name, parameters] : *table) {
      const std::string key = "stores." + name;
      if (const Status done = read_store(name, parameters); !done) {
        return at(key, done.error().in(key));
      }
      settings_.origins[key] = file_.name;
    }
    return {};
  }

  Status read_store(const std::string& name, const Value& value)
  {
    const auto* table = value.get<ValueMap>();
    if (table == nullptr) return wrong("a table with url or type is expected");
    StoreSettings store;
    for (const auto& [key, parameter] : *table) {
      if (key == "url" || key == "type") {
        Status done = read(parameter, key == "url" ? store.url : store.type);
        if (!done) return done.error().in(key);
      } else {
        store.parameters[key] = parameter;
      }
    }
    if (store.url.empty() == store.type.empty()) return wrong("either url or type is expected");
    settings_.stores[name] = std::move(store);
    return {};
  }

  Status read_defaults(const Value& value)
  {
    const auto* table = value.get<ValueMap>();
    if (table == nullptr) return at("defaults", wrong("defaults is a table"));
    for (const auto& [name, field] : *table) {
      const std::string key = "defaults." + name;
      if (const Status done = check_default(name, field); !done) return at(key, done.error());
      const auto known = std::ranges::find(settings_.defaults, name, &ValueMap::value_type::first);
      if (known != settings_.defaults.end()) {
        known->second = field;
      } else {
        settings_.defaults.emplace_back(name, field);
      }
      settings_.origins[key] = file_.name;
    }
    return {};
  }

  // What every task differs in can have no default.
  static Status check_default(const std::string& name, const Value& value)
  {
    constexpr std::array<std::string_view, 4> own{"id", "command", "trigger", "after"};
    if (std::ranges::find(own, name) != own.end()) return wrong(name + " can have no default");
    Task task;
    const Zone utc;
    return apply_value(task, ValueMap{{name, value}}, {Instant{}, utc});
  }

  Settings& settings_;
  const TomlFile& file_;
};

}  // namespace

Status read_settings_file(Settings& settings, const TomlFile& file)
{
  return FileReader{settings, file}.read_all();
}

}  // namespace asyncz
