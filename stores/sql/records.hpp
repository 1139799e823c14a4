// SPDX-License-Identifier: MIT
// Records as values of a statement, and rows as records.
#pragma once

#include "store/record.hpp"
#include "stores/sql/connection.hpp"
#include "stores/task_errors.hpp"

#include <algorithm>
#include <string>
#include <string_view>

namespace asyncz::stores {

// Numbers that have no sign in a record are kept with one.
inline std::int64_t stored_number(std::uint64_t number)
{
  return static_cast<std::int64_t>(number);
}

// A row that begins with record_columns. A priority that no task has stays one that none has.
inline Record record_of(const SqlRow& row)
{
  const auto state = row.bytes(7);
  return {.id = std::string{row.text(0)},
          .moment = instant_of(row.number(1)),
          .queue = std::string{row.text(2)},
          .priority = static_cast<int>(std::clamp<std::int64_t>(row.number(3), -10, 10)),
          .revision = row.number(4),
          .fence = static_cast<std::uint64_t>(row.number(5)),
          .worker = static_cast<std::uint32_t>(row.number(6)),
          .sealed = {state.begin(), state.end()}};
}

// What SqlStatements::update and settle set.
inline SqlValues content_of(const Record& record)
{
  return {us_of(record.moment),   std::string_view{record.queue}, std::int64_t{record.priority},
          record.revision,        stored_number(record.fence),    std::int64_t{record.worker},
          ByteView{record.sealed}};
}

}  // namespace asyncz::stores
