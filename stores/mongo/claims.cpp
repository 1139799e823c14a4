// SPDX-License-Identifier: MIT
#include "stores/mongo/claims.hpp"

#include "store/demand.hpp"
#include "stores/mongo/records.hpp"
#include "time/clock.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace asyncz::stores::mongo {
namespace {

constexpr std::size_t most_ignored = 10'000;  // of more the first are looked at again

// Which queues a demand means.
Document queues_of(const Demand& demand)
{
  if (!demand.only) {
    // None that begins with `@`; `A` is the next character.
    return {{"$not", Document{{"$gte", "@"}, {"$lt", "A"}}},
            {"$nin", Array(demand.except.begin(), demand.except.end())}};
  }
  Array wanted;
  for (const auto& share : *demand.only) {
    if (wanted_of(demand, share.queue) > 0) wanted.emplace_back(share.queue);
  }
  return {{"$in", std::move(wanted)}};
}

// The ids of tasks but for these: no task of ours has one that is not a text.
Document not_among(const std::map<std::string, std::int64_t>& ids)
{
  Array array;
  for (const auto& [id, revision] : ids) array.emplace_back(id);
  return {{"$type", "string"}, {"$nin", std::move(array)}};
}

// As get_due_tasks orders them.
Document due_order() { return {{"priority", -1}, {"next_run_time", 1}, {"_id", 1}}; }

}  // namespace

struct Claims::Query {
  Link& link;
  const Demand& demand;
  Instant now;
  Ignored* ignored = nullptr;  // passed over, and what cannot be read is added
};

struct Claims::Claim {
  const Demand& demand;
  Instant now;    // by both clocks
  Instant until;  // by the server's
  std::string name;
};

// --- Looking -------------------------------------------------------------------------------------

// Up to `limit` of these queues. Whether it has to be asked again, because something was found that
// is to be passed over.
Result<bool> Claims::append_due(const Query& query, const Document& queue, std::size_t limit,
                                std::vector<Record>& records)
{
  const Document filter{{"next_run_time", Document{{"$lte", us_of(query.now)}}},
                        {"queue", queue},
                        {"_id", not_among(query.ignored != nullptr ? *query.ignored : Ignored{})}};
  const auto found = query.link.find(
      tasks_, filter, {{"sort", due_order()}, {"limit", static_cast<std::int64_t>(limit)}});
  if (!found) return found.error();
  std::vector<Record> read;
  for (const auto& document : *found) {
    auto record = record_of(document);
    if (record) {
      read.push_back(*std::move(record));
    } else if (query.ignored != nullptr) {
      note_unreadable(document);
    }
  }
  if (query.ignored != nullptr && read.size() < found->size()) return true;
  std::move(read.begin(), read.end(), std::back_inserter(records));
  return false;
}

Result<std::vector<Record>> Claims::find_due(const Query& query)
{
  std::vector<Record> records;
  const auto append = [&](const Document& queue, std::size_t limit) -> Status {
    for (;;) {
      const auto again = append_due(query, queue, limit, records);
      if (!again) return again.error();
      if (!*again) return {};
    }
  };
  if (!query.demand.only) {
    if (auto done = append(queues_of(query.demand), query.demand.limit); !done) return done.error();
  } else {
    for (const auto& share : *query.demand.only) {
      const auto wanted = wanted_of(query.demand, share.queue);
      if (wanted == 0) continue;
      if (auto done = append({{"$eq", share.queue}}, wanted); !done) return done.error();
    }
  }
  choose(records, query.demand);
  return records;
}

void Claims::note_unreadable(const Document& document)
{
  const auto& id = document.text("_id");
  if (ignored_.insert_or_assign(id, document.number("revision")).second) unreadable_.push_back(id);
}

std::vector<std::string> Claims::take_unreadable() { return std::exchange(unreadable_, {}); }

Result<std::vector<Record>> Claims::due(const Demand& demand)
{
  if (demand.limit == 0) return std::vector<Record>{};
  return find_due({.link = server_.rest, .demand = demand, .now = demand.now});
}

Result<Instant> Claims::first_moment(const Demand& demand)
{
  return first_of(server_.rest, demand, {});
}

Result<Instant> Claims::first_of(Link& link, const Demand& demand, const Ignored& ignored)
{
  const auto found = link.find(tasks_,
                               {{"next_run_time", Document{{"$lt", us_of(never)}}},
                                {"queue", queues_of(demand)},
                                {"_id", not_among(ignored)}},
                               {{"projection", Document{{"next_run_time", 1}}},
                                {"sort", Document{{"next_run_time", 1}, {"_id", 1}}},
                                {"limit", 1}});
  if (!found) return found.error();
  return found->empty() ? never : instant_of(found->front().number("next_run_time"));
}

// What was ignored is looked at again once it has changed.
Status Claims::forget_changed()
{
  if (ignored_.empty()) return {};
  std::vector<std::string> ids;
  for (const auto& [id, revision] : ignored_) ids.push_back(id);
  const auto revisions = revisions_of(server_.claim, tasks_, ids);
  if (!revisions) return revisions.error();
  std::erase_if(ignored_, [&](const auto& known) {
    const auto found = revisions->find(known.first);
    return found == revisions->end() || found->second != known.second;
  });
  return {};
}

Status Claims::see_held(Instant now)
{
  const auto there = server_.claim.there(now);
  if (!there) return there.error();
  const Document held{{"held_until", Document{{"$gt", us_of(*there)}}},
                      {"_id", not_among(ignored_)}};
  const auto reply = server_.claim.ask({{"count", tasks_}, {"query", held}});
  if (!reply) return reply.error();
  held_elsewhere_ = static_cast<std::size_t>(reply->number("n")) > server_.held.count();
  return {};
}

Result<Instant> Claims::next_moment(const Demand& demand)
{
  if (auto done = forget_changed(); !done) return done.error();
  const auto moment = first_of(server_.claim, demand, ignored_);
  if (!moment || *moment <= demand.now) return moment;
  if (auto done = see_held(demand.now); !done) return done.error();
  return moment;
}

// --- Taking --------------------------------------------------------------------------------------

Result<std::vector<Reservation>> Claims::reserve_due(const Demand& demand)
{
  auto& link = server_.claim;
  const auto there = link.there(demand.now);
  if (!there) return there.error();
  if (auto done = forget_changed(); !done) return done.error();
  // A record is due when its moment has come by both clocks: then no clock that is ahead takes a
  // lease away, and none that is behind is given what it holds to be early.
  const Claim claim{.demand = demand,
                    .now = std::min(demand.now, *there),
                    .until = *there + demand.lease,
                    .name = server_.who + "." + std::to_string(++claims_)};
  auto taken = demand.limit > 1 ? take(claim) : take_one(claim);
  if (!taken) return taken.error();
  std::vector<Reservation> reservations;
  for (auto& record : *taken) {
    server_.held.put(record);
    Reservation reservation{std::move(record)};
    reservation.until = link.here(claim.until);
    reservation.previous_worker = reservation.record.worker;
    reservations.push_back(std::move(reservation));
  }
  if (reservations.empty()) {
    if (auto seen = see_held(demand.now); !seen) return seen.error();
  }
  return reservations;
}

// Looks for some and writes them all; what somebody else was quicker with is left to him. Where
// that is everything, the server is to choose one.
Result<std::vector<Record>> Claims::take(const Claim& claim)
{
  auto& link = server_.claim;
  auto records =
      find_due({.link = link, .demand = claim.demand, .now = claim.now, .ignored = &ignored_});
  if (!records || records->empty()) return records;
  Array updates;
  std::vector<std::string> ids;
  for (const auto& record : *records) {
    ids.push_back(record.id);
    updates.push_back(Document{{"q", as_read(record)}, {"u", reserving(claim.until, claim.name)}});
  }
  const auto written = link.update(tasks_, std::move(updates));
  if (!written) return written.error();
  if (written->count < records->size()) {
    auto filter = among(ids);
    filter.add("claim", claim.name);
    const auto ours = link.find(tasks_, filter, {{"projection", Document{{"_id", 1}}}});
    if (!ours) return ours.error();
    std::erase_if(*records, [&](const Record& record) {
      return std::none_of(ours->begin(), ours->end(), [&](const Document& document) {
        return document.text("_id") == record.id;
      });
    });
  }
  if (records->empty()) return take_one(claim);
  for (auto& record : *records) {
    ++record.revision;
    ++record.fence;
    record.moment = claim.until;
  }
  return records;
}

// The server chooses and writes in one step; what it cannot count up it passes over.
Result<std::vector<Record>> Claims::take_one(const Claim& claim)
{
  if (claim.demand.limit == 0) return std::vector<Record>{};
  const Document due{{"next_run_time", Document{{"$lte", us_of(claim.now)}}},
                     {"queue", queues_of(claim.demand)},
                     {"_id", not_among(ignored_)},
                     {"revision", Document{{"$type", "long"}}},
                     {"fence", Document{{"$type", "long"}}},
                     {"state", Document{{"$type", "binData"}}}};
  const Document command{{"findAndModify", tasks_},
                         {"query", due},
                         {"sort", due_order()},
                         {"update", reserving(claim.until, claim.name)},
                         {"new", true},
                         {"writeConcern", majority()}};
  auto taken = find_and_modify(command);
  if (!taken && server_.claim.was_lost()) taken = take_again(claim, command);
  if (!taken) return taken.error();
  std::vector<Record> records;
  if (taken->fields().empty()) return records;
  if (auto record = record_of(*taken)) {
    records.push_back(*std::move(record));
  } else {
    note_unreadable(*taken);
  }
  return records;
}

// What it has written, or a document without fields.
Result<Document> Claims::find_and_modify(const Document& command)
{
  const auto reply = server_.claim.ask(command, Link::Repeat::no);
  if (!reply) return reply.error();
  return reply->document("value");
}

// The connection was lost before the answer came: what the server has done is under the claim's
// name.
Result<Document> Claims::take_again(const Claim& claim, const Document& command)
{
  const auto ours = server_.claim.find(
      tasks_, {{"held_until", Document{{"$gt", 0}}}, {"claim", claim.name}}, {{"limit", 1}});
  if (!ours) return ours.error();
  return ours->empty() ? find_and_modify(command) : Result<Document>{ours->front()};
}

void Claims::ignore(const Reservation& reservation)
{
  const auto& record = reservation.record;
  server_.held.drop(record);
  if (ignored_.size() >= most_ignored) ignored_.erase(ignored_.begin());
  ignored_.insert_or_assign(record.id, record.revision);
}

}  // namespace asyncz::stores::mongo
