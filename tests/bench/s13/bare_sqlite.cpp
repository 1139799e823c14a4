// SPDX-License-Identifier: MIT
// The bare statements on SQLite; a claim is synced with the settlement that follows it.
#include "bare.hpp"

#include <sqlite3.h>

namespace asyncz::bench {
namespace {

class Database {
 public:
  Database(const std::string& file, const char* pace)
  {
    if (sqlite3_open(file.c_str(), &database_) != SQLITE_OK) fail("cannot open the database");
    run("PRAGMA journal_mode = WAL");
    run(pace);
  }
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;
  ~Database() { sqlite3_close_v2(database_); }

  void run(const char* statement) const
  {
    if (sqlite3_exec(database_, statement, nullptr, nullptr, nullptr) != SQLITE_OK) {
      fail(sqlite3_errmsg(database_));
    }
  }
  [[nodiscard]] sqlite3_stmt* prepare(const char* statement) const
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

class Sqlite final : public Bare {
 public:
  explicit Sqlite(const std::string& file)
      : claims_{file, "PRAGMA synchronous = NORMAL"},
        settlements_{file, "PRAGMA synchronous = FULL"}
  {
    claims_.run(
        "CREATE TABLE bare (id TEXT NOT NULL PRIMARY KEY, next_run_time BIGINT NOT NULL,"
        " queue TEXT NOT NULL, fence BIGINT NOT NULL, state BLOB NOT NULL)");
    claims_.run("CREATE INDEX bare_due ON bare (queue, next_run_time, id)");
    take_ = claims_.prepare(
        "UPDATE bare SET fence = fence + 1, next_run_time = ? WHERE id IN (SELECT id FROM bare"
        " WHERE queue = 'default' AND next_run_time <= ? ORDER BY next_run_time, id LIMIT ?)"
        " RETURNING id, fence, state");
    remove_ = settlements_.prepare("DELETE FROM bare WHERE id = ? AND fence = ?");
  }
  ~Sqlite() override
  {
    sqlite3_finalize(take_);
    sqlite3_finalize(remove_);
  }

  void fill(std::size_t tasks) override
  {
    claims_.run("BEGIN; DELETE FROM bare");
    auto* const add = claims_.prepare("INSERT INTO bare VALUES (?, ?, 'default', 1, ?)");
    const std::string state(sealed_size, 'x');
    for (std::size_t i = 0; i < tasks; ++i) {
      const auto id = id_of(i);
      sqlite3_bind_text(add, 1, id.c_str(), -1, SQLITE_TRANSIENT);
      sqlite3_bind_int64(add, 2, us_of(now));
      sqlite3_bind_blob(add, 3, state.data(), static_cast<int>(state.size()), SQLITE_STATIC);
      sqlite3_step(add);
      sqlite3_reset(add);
    }
    sqlite3_finalize(add);
    claims_.run("COMMIT");
  }

  std::vector<Taken> take() override
  {
    std::vector<Taken> taken;
    sqlite3_bind_int64(take_, 1, us_of(now) + lease);
    sqlite3_bind_int64(take_, 2, us_of(now));
    sqlite3_bind_int64(take_, 3, batch);
    while (sqlite3_step(take_) == SQLITE_ROW) {
      taken.push_back({reinterpret_cast<const char*>(sqlite3_column_text(take_, 0)),
                       sqlite3_column_int64(take_, 1)});
      sqlite3_column_blob(take_, 2);
    }
    sqlite3_reset(take_);
    return taken;
  }

  void settle(const std::vector<Taken>& taken) override
  {
    settlements_.run("BEGIN IMMEDIATE");
    for (const auto& [id, fence] : taken) {
      sqlite3_bind_text(remove_, 1, id.c_str(), -1, SQLITE_STATIC);
      sqlite3_bind_int64(remove_, 2, fence);
      sqlite3_step(remove_);
      sqlite3_reset(remove_);
    }
    settlements_.run("COMMIT");
  }

 private:
  Database claims_;
  Database settlements_;
  sqlite3_stmt* take_ = nullptr;
  sqlite3_stmt* remove_ = nullptr;
};

}  // namespace

std::unique_ptr<Bare> bare_sqlite(const std::string& place)
{
  return std::make_unique<Sqlite>(place);
}

}  // namespace asyncz::bench
