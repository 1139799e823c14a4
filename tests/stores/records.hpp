// SPDX-License-Identifier: MIT
// Records and demands for tests of stores.
#pragma once

#include "store/store.hpp"

#include <string>
#include <string_view>

namespace asyncz::tests {

inline const Instant noon = instant_of(1'800'000'000'000'000);

inline Record record_of(std::string id, Instant moment = noon, std::string queue = "default",
                        int priority = 0)
{
  const auto content = "sealed bytes of " + id;
  const auto text = bytes_of(content);
  return {.id = std::move(id),
          .moment = moment,
          .queue = std::move(queue),
          .priority = priority,
          .revision = 1000,
          .fence = 500,
          .sealed = {text.begin(), text.end()}};
}

inline Demand demand_at(Instant now, std::size_t limit = 1) { return {.now = now, .limit = limit}; }

// The record as a user's edit leaves it.
inline Record edited(Record record, std::string_view sealed)
{
  ++record.revision;
  const auto text = bytes_of(sealed);
  record.sealed.assign(text.begin(), text.end());
  return record;
}

inline RunRecord run_of(std::uint64_t tag, std::uint64_t fence, Instant recorded)
{
  const auto content = "sealed run " + std::to_string(fence);
  const auto text = bytes_of(content);
  return {
      .task_tag = tag, .fence = fence, .recorded = recorded, .sealed = {text.begin(), text.end()}};
}

}  // namespace asyncz::tests
