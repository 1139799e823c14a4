// SPDX-License-Identifier: MIT
// S13 of GOALS on SQLite: tasks reserved and settled in batches, by the store and by the bare
// statements through SQLite's own functions, in turn. Prints the medians of both, in tasks a
// second.
//
//   bench_sql FOLDER TASKS ROUNDS
#include "stores/registry.hpp"

#include <sqlite3.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

using namespace asyncz;

namespace {

constexpr std::size_t batch = 100;
constexpr std::size_t sealed_size = 400;
const Instant now = instant_of(1'800'000'000'000'000);

[[noreturn]] void fail(const std::string& why)
{
  std::fprintf(stderr, "bench_sql: %s\n", why.c_str());
  std::exit(1);
}

double rate_of(std::size_t tasks, const std::function<void()>& work)
{
  const auto begin = std::chrono::steady_clock::now();
  work();
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
  return static_cast<double>(tasks) / took.count();
}

std::string id_of(std::size_t number) { return "task-" + std::to_string(1'000'000 + number); }

double ours(const std::string& folder, std::size_t tasks)
{
  auto opened = stores::open_store({.url = "sqlite://" + folder + "/ours.db", .create = true});
  if (!opened) fail(opened.error().what);
  auto& store = **opened;
  std::vector<Record> records;
  for (std::size_t i = 0; i < tasks; ++i) {
    records.push_back({.id = id_of(i),
                       .moment = now,
                       .queue = "default",
                       .revision = 1,
                       .fence = 1,
                       .sealed = Bytes(sealed_size, 7)});
  }
  for (const auto& status : store.add_tasks(records)) {
    if (!status) fail(status.error().what);
  }
  return rate_of(tasks, [&] {
    for (;;) {
      auto reservations = store.reserve_due({.now = now, .limit = batch});
      if (!reservations) fail(reservations.error().what);
      if (reservations->empty()) return;
      std::vector<Settlement> settlements;
      for (auto& reservation : *reservations) settlements.push_back({&reservation, std::nullopt});
      for (const auto& status : store.settle(settlements)) {
        if (!status) fail(status.error().what);
      }
    }
  });
}

// --- The bare statements -------------------------------------------------------------------------

class Bare {
 public:
  explicit Bare(const std::string& file, const char* pace)
  {
    if (sqlite3_open(file.c_str(), &database_) != SQLITE_OK) fail("cannot open the database");
    run("PRAGMA journal_mode = WAL");
    run(pace);
  }
  Bare(const Bare&) = delete;
  Bare& operator=(const Bare&) = delete;
  ~Bare() { sqlite3_close_v2(database_); }

  void run(const char* statement)
  {
    if (sqlite3_exec(database_, statement, nullptr, nullptr, nullptr) != SQLITE_OK) {
      fail(sqlite3_errmsg(database_));
    }
  }
  sqlite3_stmt* prepare(const char* statement)
  {
    sqlite3_stmt* made = nullptr;
    if (sqlite3_prepare_v2(database_, statement, -1, &made, nullptr) != SQLITE_OK) {
      fail(sqlite3_errmsg(database_));
    }
    return made;
  }

 private:
  sqlite3* database_ = nullptr;
};

void fill(Bare& database, std::size_t tasks)
{
  database.run(
      "CREATE TABLE bare (id TEXT NOT NULL PRIMARY KEY, next_run_time BIGINT NOT NULL,"
      " queue TEXT NOT NULL, fence BIGINT NOT NULL, state BLOB NOT NULL)");
  database.run("CREATE INDEX bare_due ON bare (queue, next_run_time, id)");
  database.run("BEGIN");
  auto* const add = database.prepare("INSERT INTO bare VALUES (?, ?, 'default', 1, ?)");
  const Bytes state(sealed_size, 7);
  for (std::size_t i = 0; i < tasks; ++i) {
    const auto id = id_of(i);
    sqlite3_bind_text(add, 1, id.c_str(), -1, SQLITE_TRANSIENT);
    sqlite3_bind_int64(add, 2, us_of(now));
    sqlite3_bind_blob(add, 3, state.data(), static_cast<int>(state.size()), SQLITE_STATIC);
    sqlite3_step(add);
    sqlite3_reset(add);
  }
  sqlite3_finalize(add);
  database.run("COMMIT");
}

double bare(const std::string& folder, std::size_t tasks)
{
  Bare claims{folder + "/bare.db", "PRAGMA synchronous = NORMAL"};
  Bare settlements{folder + "/bare.db", "PRAGMA synchronous = FULL"};
  fill(claims, tasks);
  auto* const take = claims.prepare(
      "UPDATE bare SET fence = fence + 1, next_run_time = ? WHERE id IN (SELECT id FROM bare"
      " WHERE queue = 'default' AND next_run_time <= ? ORDER BY next_run_time, id LIMIT ?)"
      " RETURNING id, fence, state");
  auto* const remove = settlements.prepare("DELETE FROM bare WHERE id = ? AND fence = ?");
  const auto rate = rate_of(tasks, [&] {
    for (;;) {
      std::vector<std::pair<std::string, std::int64_t>> taken;
      sqlite3_bind_int64(take, 1, us_of(now) + 30'000'000);
      sqlite3_bind_int64(take, 2, us_of(now));
      sqlite3_bind_int64(take, 3, batch);
      while (sqlite3_step(take) == SQLITE_ROW) {
        taken.emplace_back(reinterpret_cast<const char*>(sqlite3_column_text(take, 0)),
                           sqlite3_column_int64(take, 1));
        sqlite3_column_blob(take, 2);
      }
      sqlite3_reset(take);
      if (taken.empty()) return;
      settlements.run("BEGIN IMMEDIATE");
      for (const auto& [id, fence] : taken) {
        sqlite3_bind_text(remove, 1, id.c_str(), -1, SQLITE_STATIC);
        sqlite3_bind_int64(remove, 2, fence);
        sqlite3_step(remove);
        sqlite3_reset(remove);
      }
      settlements.run("COMMIT");
    }
  });
  sqlite3_finalize(take);
  sqlite3_finalize(remove);
  return rate;
}

double median(std::vector<double> values)
{
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

}  // namespace

int main(int count, char** words)
{
  if (count != 4) fail("usage: bench_sql FOLDER TASKS ROUNDS");
  const auto tasks = std::strtoul(words[2], nullptr, 10);
  std::vector<double> by_store;
  std::vector<double> by_hand;
  for (auto round = std::strtoul(words[3], nullptr, 10); round > 0; --round) {
    const auto folder = std::string{words[1]} + "/round-" + std::to_string(round);
    std::filesystem::create_directory(folder);
    by_store.push_back(ours(folder, tasks));
    by_hand.push_back(bare(folder, tasks));
  }
  std::printf("%.0f %.0f\n", median(by_store), median(by_hand));
  return 0;
}
