// SPDX-License-Identifier: MIT
// Reads a trigger from the tree of values that JSON and TOML have.
#include "base/text.hpp"
#include "schedule/anchor.hpp"
#include "schedule/named_fields.hpp"
#include "schedule/trigger.hpp"
#include "time/human_time.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace asyncz {
namespace {

constexpr std::array<std::string_view, 9> kind_keys{
    "at", "in", "every", "cron", "calendar", "on_boot", "on_shutdown", "any", "all"};
constexpr std::array<std::string_view, 13> known_keys{
    "at",  "in",  "every", "cron", "calendar", "on_boot", "on_shutdown",
    "any", "all", "start", "end",  "dst_gap",  "dst_fold"};

struct Reader {
  Instant now;
  const Zone& zone;
};

Error refused(std::string what, std::string hint = {})
{
  return {ErrorKind::usage, "trigger: " + std::move(what), std::move(hint)};
}

bool is_kind(std::string_view key)
{
  return std::find(kind_keys.begin(), kind_keys.end(), key) != kind_keys.end();
}

Status check_key(std::string_view key)
{
  if (std::find(known_keys.begin(), known_keys.end(), key) != known_keys.end()) return {};
  if (key == "jitter" || key == "timezone" || key == "tz") {
    return refused(fmt::format("{} is a field of the task, not of its trigger", key),
                   fmt::format("write {} beside trigger", key == "tz" ? "timezone" : key));
  }
  const auto meant = did_you_mean(key, known_keys);
  return refused(fmt::format("no such key: {}", printable(key)),
                 meant ? fmt::format("write {}", *meant)
                       : "write one of at, every, cron, calendar, on_boot, on_shutdown, any, all");
}

// A twin that `--json` puts beside a time or a duration: says nothing new.
bool is_twin(std::string_view key)
{
  return key == "at_us" || key == "every_us" || key == "start_us" || key == "end_us";
}

// The key that says which kind of trigger this is.
Result<std::string_view> kind_key(const ValueMap& map)
{
  std::string_view found;
  for (const auto& [key, value] : map) {
    if (is_twin(key) || value.is_null()) continue;
    if (auto known = check_key(key); !known) return known.error();
    if (!is_kind(key)) continue;
    if (!found.empty()) {
      return refused(fmt::format("both {} and {} are given", found, key),
                     "put schedules that belong together into \"any\" or \"all\"");
    }
    found = key;
  }
  if (found.empty()) {
    return refused("nothing says when",
                   "write one of at, every, cron, calendar, on_boot, on_shutdown, any, all");
  }
  return found;
}

Result<std::string> text_of(const Value& value, std::string_view key)
{
  if (const auto* text = value.get<std::string>()) return *text;
  return refused(fmt::format("{} must be a text", key));
}

Result<Instant> time_of(const Value& value, std::string_view key, const Reader& reader,
                        TimeSense sense)
{
  const auto text = text_of(value, key);
  if (!text) return text.error();
  const auto time = parse_time(*text, reader.now, reader.zone, sense);
  if (!time) return time.error().in(key);
  return time->at;
}

Result<Duration> duration_of(const Value& value, std::string_view key)
{
  const auto text = text_of(value, key);
  if (!text) return text.error();
  const auto duration = parse_duration(*text);
  if (!duration) return duration.error().in(key);
  return duration;
}

// {"day": "last sun", "hour": 3} as `day="last sun" hour=3`.
Result<std::string> cron_text(const Value& value)
{
  const auto* map = value.get<ValueMap>();
  if (map == nullptr) return text_of(value, "cron");
  std::string out;
  for (const auto& [key, field] : *map) {
    std::string text;
    if (const auto* number = field.get<std::int64_t>()) {
      text = fmt::format("{}", *number);
    } else if (const auto* given = field.get<std::string>()) {
      text = *given;
    } else {
      return refused(fmt::format("cron: {} must be a text or a number", printable(key)));
    }
    const bool quoted = text.find(' ') != std::string::npos || text.empty();
    out += fmt::format(fmt::runtime(quoted ? "{}{}=\"{}\"" : "{}{}={}"), out.empty() ? "" : " ",
                       key, text);
  }
  return out;
}

Status read_event(Trigger& trigger, const Value& value, std::string_view key)
{
  const auto* given = value.get<bool>();
  if (given == nullptr || !*given) return refused(fmt::format("{} can only be true", key));
  trigger.kind = key == "on_boot" ? TriggerKind::boot : TriggerKind::shutdown;
  return {};
}

Status read_moment(Trigger& trigger, const Value& value, std::string_view key, const Reader& reader)
{
  trigger.kind = TriggerKind::date;
  if (key == "in") {
    const auto duration = duration_of(value, key);
    if (!duration) return duration.error();
    trigger.at = saturated_sum(reader.now, *duration);
    return {};
  }
  const auto at = time_of(value, key, reader, TimeSense::coming);
  if (!at) return at.error();
  trigger.at = *at;
  return {};
}

Status read_interval(Trigger& trigger, const Value& value)
{
  trigger.kind = TriggerKind::interval;
  const auto every = duration_of(value, "every");
  if (!every) return every.error();
  if (*every == Duration{0}) return refused("every must be longer than 0");
  trigger.every = *every;
  return {};
}

Status read_expression(Trigger& trigger, const Value& value, std::string_view key)
{
  trigger.kind = key == "cron" ? TriggerKind::cron : TriggerKind::calendar;
  auto text = key == "cron" ? cron_text(value) : text_of(value, key);
  if (!text) return text.error();
  trigger.expression = std::string{trimmed(*text)};
  if (key == "cron" && trigger.expression == "@reboot") {
    trigger.kind = TriggerKind::boot;
    trigger.expression.clear();
  }
  return {};
}

Result<Trigger> read_trigger(const Value& value, const Reader& reader, bool nested);

Status read_children(Trigger& trigger, const Value& value, std::string_view key,
                     const Reader& reader, bool nested)
{
  if (nested) return refused("\"any\" and \"all\" cannot hold another \"any\" or \"all\"");
  trigger.kind = key == "any" ? TriggerKind::any : TriggerKind::all;
  const auto* list = value.get<ValueList>();
  if (list == nullptr) return refused(fmt::format("{} must be a list of triggers", key));
  for (const auto& item : *list) {
    auto child = read_trigger(item, reader, true);
    if (!child) return child.error().in(key);
    trigger.children.push_back(std::move(*child));
  }
  if (trigger.children.size() < 2) {
    return refused(fmt::format("{} needs at least two triggers", key));
  }
  return {};
}

Status read_kind(Trigger& trigger, const Value& value, std::string_view key, const Reader& reader,
                 bool nested)
{
  if (key == "at" || key == "in") return read_moment(trigger, value, key, reader);
  if (key == "every") return read_interval(trigger, value);
  if (key == "cron" || key == "calendar") return read_expression(trigger, value, key);
  if (key == "any" || key == "all") return read_children(trigger, value, key, reader, nested);
  return read_event(trigger, value, key);
}

Status read_dst(Trigger& trigger, const Value& value)
{
  if (const auto* gap = value.find("dst_gap"); gap != nullptr && !gap->is_null()) {
    const auto text = text_of(*gap, "dst_gap");
    if (!text) return text.error();
    if (*text != "shift" && *text != "skip") return refused("dst_gap is shift or skip");
    trigger.dst_gap = *text == "skip" ? DstGap::skip : DstGap::shift;
  }
  if (const auto* fold = value.find("dst_fold"); fold != nullptr && !fold->is_null()) {
    const auto text = text_of(*fold, "dst_fold");
    if (!text) return text.error();
    if (*text != "first" && *text != "second" && *text != "both") {
      return refused("dst_fold is first, second or both");
    }
    trigger.dst_fold = *text == "second" ? DstFold::second
                       : *text == "both" ? DstFold::both
                                         : DstFold::first;
  }
  return {};
}

Status read_bounds(Trigger& trigger, const Value& value, const Reader& reader)
{
  for (const std::string_view key : {"start", "end"}) {
    const auto* bound = value.find(key);
    if (bound == nullptr || bound->is_null()) continue;
    const auto time = time_of(*bound, key, reader, TimeSense::any);
    if (!time) return time.error();
    (key == "start" ? trigger.start : trigger.end) = *time;
  }
  return {};
}

Result<Trigger> read_trigger(const Value& value, const Reader& reader, bool nested)
{
  const auto* map = value.get<ValueMap>();
  if (map == nullptr) return refused("must be a table", "write it as in {\"every\": \"5m\"}");
  const auto key = kind_key(*map);
  if (!key) return key.error();

  Trigger trigger;
  if (auto read = read_kind(trigger, *value.find(*key), *key, reader, nested); !read) {
    return read.error();
  }
  if (auto read = read_dst(trigger, value); !read) return read.error();
  if (auto read = read_bounds(trigger, value, reader); !read) return read.error();
  return trigger;
}

}  // namespace

Result<Trigger> trigger_from_value(const Value& value, Instant now, const Zone& zone)
{
  auto trigger = read_trigger(value, {now, zone}, false);
  if (trigger) give_starts(*trigger, now);
  return trigger;
}

}  // namespace asyncz
