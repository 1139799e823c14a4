// SPDX-License-Identifier: MIT
// The bare commands on MongoDB: some that are due are looked for, marked together, and removed
// together.
#include "bare.hpp"

#include <mongoc/mongoc.h>

namespace asyncz::bench {
namespace {

class Mongodb final : public Bare {
 public:
  explicit Mongodb(const std::string& url)
  {
    mongoc_init();
    client_ = mongoc_client_new(url.c_str());
    tasks_ = mongoc_client_get_collection(client_, "asyncz", "bare");
    auto* const concern = mongoc_write_concern_new();
    mongoc_write_concern_set_wmajority(concern, -1);
    mongoc_collection_set_write_concern(tasks_, concern);
    mongoc_write_concern_destroy(concern);
    command(BCON_NEW("createIndexes", "bare", "indexes", "[", "{", "name", "due", "key", "{",
                     "next_run_time", BCON_INT32(1), "_id", BCON_INT32(1), "}", "}", "]"));
  }
  Mongodb(const Mongodb&) = delete;
  Mongodb& operator=(const Mongodb&) = delete;
  ~Mongodb() override
  {
    mongoc_collection_destroy(tasks_);
    mongoc_client_destroy(client_);
  }

  void fill(std::size_t tasks) override
  {
    const std::string state(sealed_size, 'x');
    for (std::size_t i = 0; i < tasks;) {
      auto* const bulk = mongoc_collection_create_bulk_operation_with_opts(tasks_, nullptr);
      for (std::size_t end = std::min(tasks, i + 500); i < end; ++i) {
        auto* const document =
            BCON_NEW("_id", BCON_UTF8(id_of(i).c_str()), "next_run_time", BCON_INT64(us_of(now)),
                     "fence", BCON_INT64(1), "state", BCON_UTF8(state.c_str()));
        mongoc_bulk_operation_insert(bulk, document);
        bson_destroy(document);
      }
      execute(bulk);
    }
  }

  std::vector<Taken> take() override
  {
    auto* const due = BCON_NEW("next_run_time", "{", "$lte", BCON_INT64(us_of(now)), "}");
    auto* const how = BCON_NEW("sort", "{", "next_run_time", BCON_INT32(1), "_id", BCON_INT32(1),
                               "}", "limit", BCON_INT64(static_cast<std::int64_t>(batch)));
    std::vector<Taken> taken;
    auto* const cursor = mongoc_collection_find_with_opts(tasks_, due, how, nullptr);
    const bson_t* found = nullptr;
    while (mongoc_cursor_next(cursor, &found)) {
      bson_iter_t at;
      if (bson_iter_init_find(&at, found, "_id"))
        taken.push_back({bson_iter_utf8(&at, nullptr), 2});
    }
    mongoc_cursor_destroy(cursor);
    bson_destroy(due);
    bson_destroy(how);
    if (!taken.empty()) mark(taken);
    return taken;
  }

  void settle(const std::vector<Taken>& taken) override
  {
    auto* const bulk = mongoc_collection_create_bulk_operation_with_opts(tasks_, nullptr);
    for (const auto& [id, fence] : taken) {
      auto* const which = BCON_NEW("_id", BCON_UTF8(id.c_str()), "fence", BCON_INT64(fence));
      mongoc_bulk_operation_remove_one(bulk, which);
      bson_destroy(which);
    }
    execute(bulk);
  }

 private:
  void mark(const std::vector<Taken>& taken)
  {
    auto* const bulk = mongoc_collection_create_bulk_operation_with_opts(tasks_, nullptr);
    auto* const change = BCON_NEW("$set", "{", "next_run_time", BCON_INT64(us_of(now) + lease), "}",
                                  "$inc", "{", "fence", BCON_INT64(1), "}");
    for (const auto& [id, fence] : taken) {
      auto* const which = BCON_NEW("_id", BCON_UTF8(id.c_str()), "fence", BCON_INT64(fence - 1));
      mongoc_bulk_operation_update_one(bulk, which, change, false);
      bson_destroy(which);
    }
    bson_destroy(change);
    execute(bulk);
  }
  void execute(mongoc_bulk_operation_t* bulk)
  {
    bson_error_t error{};
    if (mongoc_bulk_operation_execute(bulk, nullptr, &error) == 0) fail(error.message);
    mongoc_bulk_operation_destroy(bulk);
  }
  void command(bson_t* what)
  {
    bson_error_t error{};
    if (!mongoc_client_command_simple(client_, "asyncz", what, nullptr, nullptr, &error)) {
      fail(error.message);
    }
    bson_destroy(what);
  }

  mongoc_client_t* client_ = nullptr;
  mongoc_collection_t* tasks_ = nullptr;
};

}  // namespace

std::unique_ptr<Bare> bare_mongodb(const std::string& place)
{
  return std::make_unique<Mongodb>(place);
}

}  // namespace asyncz::bench
