// SPDX-License-Identifier: MIT
// Records and runs as documents.
#pragma once

#include "base/result.hpp"
#include "store/record.hpp"
#include "stores/mongo/link.hpp"

#include <map>
#include <span>
#include <string>

namespace asyncz::stores::mongo {

// Numbers that have no sign in a record are kept with one.
inline std::int64_t stored_number(std::uint64_t number)
{
  return static_cast<std::int64_t>(number);
}

// The fields beside `_id`.
[[nodiscard]] Document content_of(const Record& record);
[[nodiscard]] Document document_of(const Record& record);
//   corrupt
Result<Record> record_of(const Document& document);

// The filter that finds a record as it was read, as long as nobody has changed it.
[[nodiscard]] Document as_read(const Record& record);
// What turns that into a reservation.
[[nodiscard]] Document reserving(Instant until, const std::string& claim);

// The filter that finds those of these ids.
[[nodiscard]] Document among(std::span<const std::string> ids);
// The revisions of those of them that are there.
Result<std::map<std::string, std::int64_t>> revisions_of(Link& link, const std::string& collection,
                                                         std::span<const std::string> ids);

// What names a run, and its fields.
[[nodiscard]] std::string name_of(const RunRecord& run);
[[nodiscard]] std::string name_of_run(std::uint64_t task_tag, std::uint64_t fence);
[[nodiscard]] Document content_of(const RunRecord& run);
//   corrupt
Result<RunRecord> run_of(const Document& document);

}  // namespace asyncz::stores::mongo
