// SPDX-License-Identifier: MIT
#include "stores/mongo/records.hpp"

#include "base/text.hpp"

#include <fmt/format.h>

#include <limits>
#include <utility>

namespace asyncz::stores::mongo {
namespace {

std::string name_of_run(std::uint64_t task_tag, std::uint64_t fence, int part)
{
  return fmt::format("{}.{:020}.{}", hex_text(task_tag), fence, part);
}

// Takes the parts of a document, and remembers whether all were of their types.
class Parts {
 public:
  explicit Parts(const Document& document) : document_{document} {}

  template <class T>
  T take(std::string_view name)
  {
    const auto* const value = document_.find(name);
    const auto* const found = value != nullptr ? value->get<T>() : nullptr;
    whole_ = whole_ && found != nullptr;
    return found != nullptr ? *found : T{};
  }
  template <class Number>
  Number number(std::string_view name)
  {
    const auto number = take<std::int64_t>(name);
    whole_ = whole_ && std::in_range<Number>(number);
    return static_cast<Number>(number);
  }
  [[nodiscard]] bool whole() const { return whole_; }

 private:
  const Document& document_;
  bool whole_ = true;
};

Error not_ours(std::string_view what, std::string_view id)
{
  return {ErrorKind::corrupt,
          fmt::format("{} '{}' is not what asyncz writes", what, printable(id)),
          {}};
}

}  // namespace

Document content_of(const Record& record)
{
  return {{"next_run_time", us_of(record.moment)},
          {"queue", record.queue},
          {"priority", record.priority},
          {"revision", record.revision},
          {"fence", stored_number(record.fence)},
          {"worker", std::int64_t{record.worker}},
          {"state", record.sealed}};
}

Document document_of(const Record& record)
{
  Document document{{"_id", record.id}};
  const auto content = content_of(record);
  for (const auto& [name, value] : content.fields()) document.add(name, value);
  return document;
}

Result<Record> record_of(const Document& document)
{
  Parts parts{document};
  Record record{.id = parts.take<std::string>("_id"),
                .moment = instant_of(parts.take<std::int64_t>("next_run_time")),
                .queue = parts.take<std::string>("queue"),
                .priority = parts.number<int>("priority"),
                .revision = parts.take<std::int64_t>("revision"),
                .fence = static_cast<std::uint64_t>(parts.take<std::int64_t>("fence")),
                .worker = parts.number<std::uint32_t>("worker"),
                .sealed = parts.take<Bytes>("state")};
  if (!parts.whole()) return not_ours("task", record.id);
  return record;
}

Document as_read(const Record& record)
{
  return {
      {"_id", record.id}, {"revision", record.revision}, {"fence", stored_number(record.fence)}};
}

Document reserving(Instant until, const std::string& claim)
{
  return {
      {"$set",
       Document{{"next_run_time", us_of(until)}, {"held_until", us_of(until)}, {"claim", claim}}},
      {"$inc", Document{{"revision", 1}, {"fence", 1}}}};
}

Document among(std::span<const std::string> ids)
{
  return {{"_id", Document{{"$in", Array(ids.begin(), ids.end())}}}};
}

Result<std::map<std::string, std::int64_t>> revisions_of(Link& link, const std::string& collection,
                                                         std::span<const std::string> ids)
{
  const auto found = link.find(collection, among(ids), {{"projection", Document{{"revision", 1}}}});
  if (!found) return found.error();
  std::map<std::string, std::int64_t> revisions;
  for (const auto& document : *found) {
    revisions.emplace(document.text("_id"), document.number("revision"));
  }
  return revisions;
}

std::string name_of(const RunRecord& run) { return name_of_run(run.task_tag, run.fence, run.part); }

std::string name_of_run(std::uint64_t task_tag, std::uint64_t fence)
{
  return name_of_run(task_tag, fence, 0);
}

Document content_of(const RunRecord& run)
{
  return {{"task_tag", stored_number(run.task_tag)},
          {"fence", stored_number(run.fence)},
          {"part", int{run.part}},
          {"recorded", us_of(run.recorded)},
          {"size", static_cast<std::int64_t>(run.sealed.size())},
          {"state", run.sealed}};
}

Result<RunRecord> run_of(const Document& document)
{
  Parts parts{document};
  RunRecord run{.task_tag = static_cast<std::uint64_t>(parts.take<std::int64_t>("task_tag")),
                .fence = static_cast<std::uint64_t>(parts.take<std::int64_t>("fence")),
                .part = parts.number<std::uint8_t>("part"),
                .recorded = instant_of(parts.take<std::int64_t>("recorded")),
                .sealed = parts.take<Bytes>("state")};
  if (!parts.whole()) return not_ours("run", document.text("_id"));
  return run;
}

}  // namespace asyncz::stores::mongo
