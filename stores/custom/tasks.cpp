// SPDX-License-Identifier: MIT
#include "stores/custom/tasks.hpp"

#include "base/text.hpp"
#include "stores/task_errors.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace asyncz::stores::custom {
namespace {

Result<std::string> text_in(const Value& value)
{
  if (const auto* text = value.get<std::string>()) return *text;
  return Error{ErrorKind::corrupt, "a text is missing", {}};
}

// How many of the records, at least one, make a batch.
std::size_t batch_of(std::span<const Record> records)
{
  std::size_t bytes = 0;
  std::size_t count = 0;
  while (count < records.size() && count < most_in_batch && bytes < most_batch_bytes) {
    bytes += records[count].sealed.size();
    ++count;
  }
  return count;
}

}  // namespace

std::vector<Status> statuses_in(const HelperProgram& program, const Result<Value>& answer,
                                std::size_t count)
{
  if (!answer) return std::vector<Status>(count, answer.error());
  auto statuses = wire::list_in<Status>(*answer, wire::status_in);
  if (statuses && statuses->size() == count) return *std::move(statuses);
  const auto why = statuses ? "a list of another length" : statuses.error().what;
  return std::vector<Status>(count, not_the_protocol(program, why));
}

// A step whose answer was lost may have been taken: then ours is what is stored.
Status Tasks::write(std::string_view operation, const Record& record)
{
  const auto answer = helpers_.ask(operation, {{"record", wire::value_of(record)}});
  if (answer.value) return {};
  if (answer.repeated && answer.value.error().kind == ErrorKind::conflict) {
    const auto stored = lookup(record.id);
    if (stored && *stored == record) return {};
  }
  return answer.value.error();
}

Result<Record> Tasks::lookup(std::string_view id)
{
  if (!is_utf8(id)) return no_such_task(id);
  return helpers_.value<Record>("lookup_task", {{"id", id}}, wire::record_in);
}

Status Tasks::remove(std::string_view id, std::int64_t revision)
{
  if (!is_utf8(id)) return no_such_task(id);
  const auto answer = helpers_.ask("delete_task", {{"id", id}, {"revision", revision}});
  if (answer.value) return {};
  const bool was_taken = answer.repeated && answer.value.error().kind == ErrorKind::not_found;
  return was_taken ? Status{} : answer.value.error();
}

Result<std::vector<Record>> Tasks::due(const Demand& demand)
{
  return helpers_.items<Record>("get_due_tasks", {{"demand", wire::value_of(demand)}},
                                wire::record_in);
}

Result<Instant> Tasks::next_run_time(const Demand& demand)
{
  return helpers_.value<Instant>("get_next_run_time", {{"demand", wire::value_of(demand)}},
                                 wire::instant_in);
}

Status Tasks::visit(const Store::Visit& visit)
{
  const auto take = [&](const Value& item) -> Result<Next> {
    bool more = true;
    if (const auto* told = item.find("error")) {
      auto error = wire::error_in(*told);
      wire::Fields fields{item};
      const auto id = fields.text("id");
      if (!error) return wire::no_error_there();
      if (!fields.status()) return fields.status().error();
      more = visit(id, *std::move(error));
    } else {
      auto record = wire::record_in(item);
      if (!record) return record.error();
      const auto id = record->id;
      more = visit(id, std::move(record));
    }
    return more ? Next::more : Next::stop;
  };
  const auto answer = helpers_.ask("get_all_tasks", {}, take);
  return answer.value ? Status{} : answer.value.error();
}

std::vector<Status> Tasks::add_batch(std::span<const Record> records)
{
  std::vector<Status> statuses;
  while (!records.empty()) {
    const auto count = batch_of(records);
    ValueList batch;
    for (const auto& record : records.first(count)) batch.push_back(wire::value_of(record));
    const auto answer = helpers_.ask("add_tasks", {{"records", std::move(batch)}});
    auto added = statuses_in(helpers_.program(), answer.value, count);
    for (std::size_t i = 0; i < count; ++i) {
      if (!answer.repeated || added[i] || added[i].error().kind != ErrorKind::conflict) continue;
      const auto stored = lookup(records[i].id);
      if (stored && *stored == records[i]) added[i] = {};
    }
    std::move(added.begin(), added.end(), std::back_inserter(statuses));
    records = records.subspan(count);
  }
  return statuses;
}

Result<std::vector<std::string>> Tasks::with_prefix(std::string_view prefix, std::size_t limit)
{
  if (!is_utf8(prefix)) return std::vector<std::string>{};
  const auto read = [](const Value& value) { return wire::list_in<std::string>(value, text_in); };
  return helpers_.value<std::vector<std::string>>(
      "ids_with_prefix", {{"prefix", prefix}, {"limit", static_cast<std::int64_t>(limit)}}, read);
}

Result<std::string> Tasks::quarantine(std::string_view id)
{
  if (!is_utf8(id)) return no_such_task(id);
  return helpers_.value<std::string>("quarantine", {{"id", id}}, text_in);
}

}  // namespace asyncz::stores::custom
