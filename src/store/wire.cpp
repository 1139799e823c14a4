// SPDX-License-Identifier: MIT
#include "store/wire.hpp"

#include "base/base64.hpp"
#include "base/text.hpp"

#include <algorithm>
#include <array>
#include <limits>

namespace asyncz::wire {
namespace {

constexpr Duration longest_lease = std::chrono::days{36'500};

struct NamedOffer {
  std::string_view name;
  Offer offer;
};

constexpr std::array named_offers{
    NamedOffer{"batches", Offer::batches},           NamedOffer{"prefixes", Offer::prefixes},
    NamedOffer{"reservations", Offer::reservations}, NamedOffer{"watch", Offer::watch},
    NamedOffer{"history", Offer::history},           NamedOffer{"notes", Offer::notes},
    NamedOffer{"examination", Offer::examination},   NamedOffer{"quarantine", Offer::quarantine},
};

struct NamedError {
  std::string_view name;
  ErrorKind kind;
};

constexpr std::array named_errors{
    NamedError{"failed", ErrorKind::failed},
    NamedError{"usage", ErrorKind::usage},
    NamedError{"not_found", ErrorKind::not_found},
    NamedError{"conflict", ErrorKind::conflict},
    NamedError{"corrupt", ErrorKind::corrupt},
    NamedError{"unavailable", ErrorKind::unavailable},
    NamedError{"denied", ErrorKind::denied},
};

// Numbers that only rise are far below 2^63; one that is not is nobody's.
Value number_of(std::uint64_t number) { return static_cast<std::int64_t>(number); }

Value limit_of(std::size_t limit)
{
  return static_cast<std::int64_t>(std::min<std::size_t>(limit, most_counted));
}

template <class T>
Result<T> result_of(const Fields& fields, T value)
{
  if (const auto status = fields.status(); !status) return status.error();
  return value;
}

}  // namespace

// --- Small things --------------------------------------------------------------------------------

Value value_of(Instant moment) { return moment == never ? Value{} : Value{us_of(moment)}; }

Result<Instant> instant_in(const Value& value)
{
  if (value.is_null()) return never;
  const auto* us = value.get<std::int64_t>();
  if (us == nullptr) return Error{ErrorKind::corrupt, "is neither microseconds nor null", {}};
  const auto instant = instant_of(*us);
  if (instant >= first_instant && instant <= last_instant) return instant;
  return Error{ErrorKind::corrupt, "is not in the years 1 to 9999", {}};
}

Result<NoteKind> note_kind_in(const Value& value)
{
  const auto* text = value.get<std::string>();
  for (const auto kind : {NoteKind::worker, NoteKind::queue, NoteKind::key}) {
    if (text != nullptr && *text == note_kind_text(kind)) return kind;
  }
  return Error{ErrorKind::corrupt, "a note is of no known kind", {}};
}

Value value_of(const Offers& offers)
{
  ValueList names;
  for (const auto& [name, offer] : named_offers) {
    if (offers.has(offer)) names.emplace_back(name);
  }
  return names;
}

Offers offers_in(const Value& value)
{
  Offers offers;
  const auto* names = value.get<ValueList>();
  if (names == nullptr) return offers;
  for (const auto& [name, offer] : named_offers) {
    if (std::find(names->begin(), names->end(), Value{name}) != names->end()) offers.add(offer);
  }
  return offers;
}

// --- Errors --------------------------------------------------------------------------------------

Value value_of(const Error& error)
{
  const auto named = std::find_if(named_errors.begin(), named_errors.end(),
                                  [&](const NamedError& it) { return it.kind == error.kind; });
  ValueMap map{{"kind", named->name}, {"what", error.what}};
  if (!error.hint.empty()) map.emplace_back("hint", error.hint);
  return map;
}

std::optional<Error> error_in(const Value& value)
{
  Fields fields{value};
  const auto kind = fields.text("kind");
  const auto what = fields.text("what");
  const auto hint = fields.find("hint") ? fields.text("hint") : std::string{};
  const auto named = std::find_if(named_errors.begin(), named_errors.end(),
                                  [&](const NamedError& it) { return it.name == kind; });
  if (!fields.status() || named == named_errors.end()) return std::nullopt;
  return Error{named->kind, printable(what), printable(hint)};
}

Error no_error_there() { return {ErrorKind::corrupt, "what stands for an error is none", {}}; }

Value value_of(const Status& status) { return status ? Value{} : value_of(status.error()); }

Result<Status> status_in(const Value& value)
{
  if (value.is_null()) return Status{};
  auto error = error_in(value);
  if (!error) return no_error_there();
  return Status{*std::move(error)};
}

// --- Records, runs, notes ------------------------------------------------------------------------

Value value_of(const Record& record)
{
  return ValueMap{
      {"id", record.id},
      {"moment", value_of(record.moment)},
      {"queue", record.queue},
      {"priority", record.priority},
      {"revision", record.revision},
      {"fence", number_of(record.fence)},
      {"worker", std::int64_t{record.worker}},
      {"sealed", base64_text(record.sealed)},
  };
}

Result<Record> record_in(const Value& value)
{
  Fields fields{value};
  Record record;
  record.id = fields.text("id");
  record.moment = fields.moment("moment");
  record.queue = fields.text("queue");
  record.priority = static_cast<int>(fields.number("priority", -9, 9));
  record.revision = fields.count("revision");
  record.fence = static_cast<std::uint64_t>(fields.count("fence"));
  record.worker = static_cast<std::uint32_t>(
      fields.number("worker", 0, std::numeric_limits<std::uint32_t>::max()));
  record.sealed = fields.bytes("sealed");
  return result_of(fields, std::move(record));
}

Value value_of(const RunRecord& run)
{
  return ValueMap{
      {"task_tag", hex_text(run.task_tag)},
      {"fence", number_of(run.fence)},
      {"part", int{run.part}},
      {"recorded", value_of(run.recorded)},
      {"sealed", base64_text(run.sealed)},
  };
}

Result<RunRecord> run_in(const Value& value)
{
  Fields fields{value};
  RunRecord run;
  run.task_tag = fields.tag("task_tag");
  run.fence = static_cast<std::uint64_t>(fields.count("fence"));
  run.part = static_cast<std::uint8_t>(fields.number("part", 0, 2));
  run.recorded = fields.moment("recorded");
  run.sealed = fields.bytes("sealed");
  return result_of(fields, std::move(run));
}

Value value_of(const Note& note)
{
  return ValueMap{
      {"kind", note_kind_text(note.kind)},
      {"name", note.name},
      {"expires", note.expires ? value_of(*note.expires) : Value{}},
      {"content", base64_text(note.content)},
  };
}

Result<Note> note_in(const Value& value)
{
  Fields fields{value};
  const auto kind = note_kind_in(fields.member("kind"));
  Note note;
  note.name = fields.text("name");
  if (fields.find("expires")) note.expires = fields.moment("expires");
  note.content = fields.bytes("content");
  if (!kind) return kind.error();
  note.kind = *kind;
  return result_of(fields, std::move(note));
}

// --- Demands and reservations --------------------------------------------------------------------

Value value_of(const Demand& demand)
{
  ValueMap map{
      {"now", value_of(demand.now)},
      {"limit", limit_of(demand.limit)},
      {"lease", std::int64_t{demand.lease.count()}},
      {"only", Value{}},
  };
  if (demand.only) {
    ValueList shares;
    for (const auto& [queue, limit] : *demand.only) {
      shares.push_back(ValueMap{{"queue", queue}, {"limit", limit_of(limit)}});
    }
    map.back().second = std::move(shares);
  }
  map.emplace_back("except", ValueList{demand.except.begin(), demand.except.end()});
  return map;
}

Result<QueueShare> share_in(const Value& value)
{
  Fields fields{value};
  QueueShare share{fields.text("queue"), static_cast<std::size_t>(fields.count("limit"))};
  return result_of(fields, std::move(share));
}

Result<Demand> demand_in(const Value& value)
{
  Fields fields{value};
  Demand demand;
  demand.now = fields.moment("now");
  demand.limit = static_cast<std::size_t>(fields.count("limit"));
  demand.lease = Duration{fields.number("lease", 0, longest_lease.count())};
  for (const auto& queue : fields.list("except")) {
    const auto* name = queue.get<std::string>();
    name != nullptr ? demand.except.push_back(*name) : fields.refuse("except", "holds no names");
  }
  if (const auto only = fields.find("only")) {
    auto shares = list_in<QueueShare>(*only, share_in);
    if (shares) {
      demand.only = *std::move(shares);
    } else {
      fields.refuse("only", shares.error().what);
    }
  }
  return result_of(fields, std::move(demand));
}

Value value_of(const Reservation& reservation)
{
  return ValueMap{
      {"id", reservation.record.id},
      {"revision", reservation.record.revision},
      {"fence", number_of(reservation.record.fence)},
  };
}

Result<Reservation> reservation_in(const Value& value)
{
  Fields fields{value};
  Reservation reservation;
  reservation.record.id = fields.text("id");
  reservation.record.revision = fields.count("revision");
  reservation.record.fence = static_cast<std::uint64_t>(fields.count("fence"));
  return result_of(fields, std::move(reservation));
}

}  // namespace asyncz::wire
