// SPDX-License-Identifier: MIT
#include "stores/redis/record_value.hpp"

#include "base/number.hpp"
#include "base/text.hpp"

#include <array>
#include <cstdio>
#include <optional>

namespace asyncz::stores::redis {
namespace {

template <class Number>
bool read_number(std::string_view text, Number& number, int base = 10)
{
  const auto read = parse_number<Number>(text, base);
  number = read.value_or(number);
  return read.has_value();
}

Bytes bytes_from(std::string_view text)
{
  const auto view = bytes_of(text);
  return {view.begin(), view.end()};
}

bool read_shelf(std::string_view text, Record& record)
{
  const auto colon = text.find(':');
  if (colon == std::string_view::npos || colon + 1 == text.size()) return false;
  record.queue = text.substr(colon + 1);
  return read_number(text.substr(0, colon), record.priority);
}

}  // namespace

std::string moment_text(Instant moment) { return std::to_string(us_of(moment)); }

std::string shelf_of(const Record& record)
{
  return std::to_string(record.priority) + ":" + record.queue;
}

std::string value_of(const Record& record)
{
  auto value = std::to_string(record.revision) + ' ' + std::to_string(record.fence) + ' ' +
               moment_text(record.moment) + ' ' + shelf_of(record) + '\n';
  value += text_of(record.sealed);
  return value;
}

Result<Record> record_of(std::string_view id, std::string_view value)
{
  const Error corrupt{
      ErrorKind::corrupt, "task '" + printable(id) + "' is not what asyncz writes", {}};
  const auto end = value.find('\n');
  if (end == std::string_view::npos) return corrupt;
  const auto fields = split(value.substr(0, end), ' ');
  if (fields.size() != 4) return corrupt;
  Record record;
  std::int64_t moment = 0;
  const bool read = read_number(fields[0], record.revision) &&
                    read_number(fields[1], record.fence) && read_number(fields[2], moment) &&
                    read_shelf(fields[3], record);
  if (!read) return corrupt;
  record.id = id;
  record.moment = instant_of(moment);
  record.sealed = bytes_from(value.substr(end + 1));
  return record;
}

std::string run_name(std::uint64_t task_tag, std::uint64_t fence, int part)
{
  std::array<char, 32> rest{};
  std::snprintf(rest.data(), rest.size(), ".%020llu.%d", static_cast<unsigned long long>(fence),
                part);
  return hex_text(task_tag) + rest.data();
}

std::string value_of(const RunRecord& run)
{
  auto value = moment_text(run.recorded) + '\n';
  value += text_of(run.sealed);
  return value;
}

Result<RunRecord> run_of(std::string_view name, std::string_view value)
{
  const Error corrupt{
      ErrorKind::corrupt, "run '" + printable(name) + "' is not what asyncz writes", {}};
  const auto parts = split(name, '.');
  const auto end = value.find('\n');
  if (parts.size() != 3 || end == std::string_view::npos) return corrupt;
  RunRecord run;
  std::int64_t recorded = 0;
  unsigned part = 0;
  const bool read = read_number(parts[0], run.task_tag, 16) && read_number(parts[1], run.fence) &&
                    read_number(parts[2], part) && part < 256 &&
                    read_number(value.substr(0, end), recorded);
  if (!read) return corrupt;
  run.part = static_cast<std::uint8_t>(part);
  run.recorded = instant_of(recorded);
  run.sealed = bytes_from(value.substr(end + 1));
  return run;
}

}  // namespace asyncz::stores::redis
