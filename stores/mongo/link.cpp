// SPDX-License-Identifier: MIT
#include "stores/mongo/link.hpp"

#include "base/text.hpp"
#include "time/clock.hpp"

#include <iterator>
#include <memory>
#include <type_traits>
#include <utility>

namespace asyncz::stores::mongo {
namespace {

constexpr std::int64_t duplicate_key = 11000;
constexpr std::size_t most_statements = 500;          // of one command
constexpr std::size_t most_bytes = 8U * 1024 * 1024;  // of one command, about; 16 MiB are the limit

// About how many bytes it takes.
std::size_t weight_of(const Value& value)
{
  return 16 + value.visit([](const auto& held) -> std::size_t {
    using Held = std::decay_t<decltype(held)>;
    std::size_t sum = 0;
    if constexpr (std::is_same_v<Held, Document>) {
      for (const auto& field : held.fields()) sum += field.name.size() + weight_of(field.value);
    } else if constexpr (std::is_same_v<Held, Array>) {
      for (const auto& element : held) sum += weight_of(element);
    } else if constexpr (std::is_same_v<Held, Bytes> || std::is_same_v<Held, std::string>) {
      sum = held.size();
    } else if constexpr (std::is_same_v<Held, Raw>) {
      sum = held.bson.size();
    }
    return sum;
  });
}

// Takes as many statements as one command may have.
Array take_chunk(Array& all, std::size_t first)
{
  Array chunk;
  std::size_t weight = 0;
  for (std::size_t i = first; i < all.size() && chunk.size() < most_statements; ++i) {
    weight += weight_of(all[i]);
    if (!chunk.empty() && weight > most_bytes) break;
    chunk.push_back(std::move(all[i]));
  }
  return chunk;
}

}  // namespace

Status Link::connect()
{
  auto made = deployment_.connect();
  if (!made) return made.error();
  client_.emplace(*std::move(made));
  clock_.forget();
  return {};
}

// Calls `call(error, begun)`; where it has begun to hand something out it is not made again. A
// client whose connection is lost waits before it makes another, so we take a new one.
template <class Call>
Status Link::again(Repeat repeat, Call call)
{
  const std::lock_guard lock{mutex_};
  repeated_ = lost_ = false;
  for (;;) {
    const bool used_before = client_.has_value();
    if (!used_before) {
      if (auto connected = connect(); !connected) return connected;
    }
    const auto asked = system_clock().now();
    bson_error_t error{};
    bool begun = false;
    if (call(error, begun)) return {};
    if (!Deployment::is_lost(error)) return deployment_.error_of(error);
    client_.reset();
    const bool timed_out = system_clock().now() - asked >= deployment_.timeout() * 9 / 10;
    lost_ = used_before && !timed_out && !begun && !repeated_;
    if (!lost_ || repeat == Repeat::no) return deployment_.error_of(error);
    repeated_ = true;
    lost_ = false;
  }
}

Result<Document> Link::ask(const Document& command, Repeat repeat)
{
  const auto& library = deployment_.library();
  const auto bson = bson_of(library, command);
  Document reply;
  const auto asked = again(repeat, [&](bson_error_t& error, bool&) {
    bson_t answer;
    const bool done = library.client_command_simple(client_->get(), deployment_.database().c_str(),
                                                    bson.get(), nullptr, &answer, &error);
    reply = document_of(library, answer);
    library.destroy(&answer);
    return done;
  });
  if (!asked) return asked.error();
  const auto& concern = reply.document("writeConcernError");
  if (concern.fields().empty()) return reply;
  return deployment_.refusal_of(concern.number("code"), concern.text("errmsg"));
}

// --- Writing -------------------------------------------------------------------------------------

Result<Written> Link::insert(const std::string& collection, Array documents)
{
  return write({{"insert", collection}}, "documents", documents);
}

Result<Written> Link::update(const std::string& collection, Array updates)
{
  return write({{"update", collection}}, "updates", updates);
}

Result<Written> Link::remove(const std::string& collection, Array deletions)
{
  return write({{"delete", collection}}, "deletes", deletions);
}

Result<Written> Link::write(const Document& command, std::string_view statements, Array& all)
{
  Written written;
  bool repeated = false;
  for (std::size_t first = 0; first < all.size();) {
    auto chunk = take_chunk(all, first);
    const auto count = chunk.size();
    auto whole = command;
    whole.add("ordered", false);
    whole.add("writeConcern", majority());
    whole.add(statements, std::move(chunk));
    const auto reply = ask(whole);
    if (!reply) return reply.error();
    repeated = repeated || repeated_;
    if (auto noted = note_written(*reply, first, written); !noted) return noted.error();
    first += count;
  }
  repeated_ = repeated;
  return written;
}

Status Link::note_written(const Document& reply, std::size_t first, Written& written) const
{
  written.count += static_cast<std::size_t>(reply.number("n"));
  for (const auto& value : reply.array("writeErrors")) {
    const auto* const refusal = value.get<Document>();
    if (refusal == nullptr) continue;
    if (refusal->number("code") != duplicate_key) {
      return deployment_.refusal_of(refusal->number("code"), refusal->text("errmsg"));
    }
    written.duplicates.push_back(first + static_cast<std::size_t>(refusal->number("index")));
  }
  return {};
}

// --- Reading -------------------------------------------------------------------------------------

// Visits what is found as libbson holds it, until `visit` returns false.
template <class Visitor>
Status Link::find_each(const std::string& collection, const Document& filter,
                       const Document& options, Visitor visit)
{
  const auto& library = deployment_.library();
  const auto what = bson_of(library, filter);
  const auto how = bson_of(library, options);
  return again(Repeat::yes, [&](bson_error_t& error, bool& begun) {
    const std::unique_ptr<mongoc_collection_t, decltype(library.collection_destroy)> from{
        library.client_get_collection(client_->get(), deployment_.database().c_str(),
                                      collection.c_str()),
        library.collection_destroy};
    const std::unique_ptr<mongoc_cursor_t, decltype(library.cursor_destroy)> cursor{
        library.collection_find_with_opts(from.get(), what.get(), how.get(), nullptr),
        library.cursor_destroy};
    const bson_t* found = nullptr;
    while (library.cursor_next(cursor.get(), &found)) {
      begun = true;
      if (!visit(*found)) return true;
    }
    const bson_t* refusal = nullptr;
    return !library.cursor_error_document(cursor.get(), &error, &refusal);
  });
}

Status Link::find(const std::string& collection, const Document& filter, const Document& options,
                  const Visit& visit)
{
  return find_each(collection, filter, options, [&](const bson_t& found) {
    return visit(document_of(deployment_.library(), found));
  });
}

Result<std::vector<Document>> Link::find(const std::string& collection, const Document& filter,
                                         const Document& options)
{
  std::vector<Document> documents;
  const auto found = find(collection, filter, options, [&](Document document) {
    documents.push_back(std::move(document));
    return true;
  });
  if (!found) return found.error();
  return documents;
}

Result<std::optional<Link::Found>> Link::find_whole(const std::string& collection,
                                                    const Document& filter)
{
  const auto& library = deployment_.library();
  std::optional<Found> whole;
  const auto asked = find_each(collection, filter, {{"limit", 1}}, [&](const bson_t& found) {
    whole.emplace(document_of(library, found), raw_of(library, found));
    return false;
  });
  if (!asked) return asked.error();
  return whole;
}

// --- Time ----------------------------------------------------------------------------------------

// The oldest servers and the newest know this command.
Result<Instant> Link::there(Instant instant)
{
  const auto before = system_clock().now();
  if (!clock_.is_fresh(before)) {
    const auto greeting = ask({{"isMaster", 1}});
    if (!greeting) return greeting.error();
    constexpr Duration millisecond = std::chrono::milliseconds{1};
    const auto theirs = instant_of(greeting->number("localTime") * 1000);
    clock_.measure(before, theirs, theirs + millisecond, system_clock().now());
  }
  return clock_.there(instant);
}

}  // namespace asyncz::stores::mongo
