// SPDX-License-Identifier: MIT
#include "stores/mongo/stream.hpp"

#include <chrono>
#include <memory>
#include <utility>

namespace asyncz::stores::mongo {
namespace {

using namespace std::chrono_literals;

constexpr int server_waits_ms = 500;          // for a change, and so may who ends us
constexpr Duration between_questions = 50ms;  // where it does not wait
constexpr Duration between_tries = 1s;

// Reservations and their prolonging change many tasks and are nobody else's business.
Document interesting()
{
  const Document not_held{
      {"updateDescription.updatedFields.held_until", Document{{"$exists", false}}}};
  const Document that_it_is{{"_id", 1}, {"operationType", 1}};
  return {{"pipeline", Array{Document{{"$match", not_held}}, Document{{"$project", that_it_is}}}}};
}

}  // namespace

Stream::Stream(const Server& server, std::function<void()> wake)
    : deployment_{server.deployment},
      tasks_{server.collections.tasks},
      wake_{std::move(wake)},
      thread_{[this] { follow(); }}
{
}

Stream::~Stream()
{
  {
    const std::lock_guard lock{mutex_};
    stop_ = true;
  }
  stopping_.notify_all();
  thread_.join();
}

// Whether to go on after it.
bool Stream::pause(Duration duration)
{
  std::unique_lock lock{mutex_};
  return !stopping_.wait_for(lock, duration, [this] { return stop_; });
}

void Stream::follow()
{
  do {
    if (const auto client = deployment_.connect()) follow_one(*client);
  } while (pause(between_tries));
}

void Stream::follow_one(const Deployment::Client& client)
{
  const auto& library = deployment_.library();
  const auto pipeline = bson_of(library, interesting());
  const auto options = bson_of(library, {{"maxAwaitTimeMS", server_waits_ms}});
  const std::unique_ptr<mongoc_collection_t, decltype(library.collection_destroy)> tasks{
      library.client_get_collection(client.get(), deployment_.database().c_str(), tasks_.c_str()),
      library.collection_destroy};
  const std::unique_ptr<mongoc_change_stream_t, decltype(library.change_stream_destroy)> stream{
      library.collection_watch(tasks.get(), pipeline.get(), options.get()),
      library.change_stream_destroy};
  const auto is_well = [&] {
    bson_error_t error{};
    const bson_t* refusal = nullptr;
    return !library.change_stream_error_document(stream.get(), &error, &refusal);
  };
  if (!is_well()) return;
  wake_();
  const bson_t* change = nullptr;
  do {
    while (library.change_stream_next(stream.get(), &change)) wake_();
  } while (is_well() && pause(between_questions));
}

}  // namespace asyncz::stores::mongo
