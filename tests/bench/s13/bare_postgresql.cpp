// SPDX-License-Identifier: MIT
// The bare statements on PostgreSQL, prepared.
#include "bare.hpp"

#include <libpq-fe.h>

namespace asyncz::bench {
namespace {

class Postgresql final : public Bare {
 public:
  explicit Postgresql(const std::string& url) : connection_{PQconnectdb(url.c_str())}
  {
    if (PQstatus(connection_) != CONNECTION_OK) fail(PQerrorMessage(connection_));
    run("SET client_min_messages = warning; DROP TABLE IF EXISTS bare; CREATE TABLE bare (id TEXT "
        "COLLATE \"C\" NOT NULL PRIMARY KEY,"
        " next_run_time BIGINT NOT NULL, queue TEXT NOT NULL, fence BIGINT NOT NULL,"
        " state BYTEA NOT NULL); CREATE INDEX bare_due ON bare (queue, next_run_time, id)");
    prepare("take",
            "WITH chosen AS MATERIALIZED (SELECT id FROM bare WHERE queue = 'default'"
            " AND next_run_time <= $1 ORDER BY next_run_time, id LIMIT $2 FOR UPDATE SKIP LOCKED)"
            " UPDATE bare AS t SET fence = fence + 1, next_run_time = $3 FROM chosen"
            " WHERE t.id = chosen.id RETURNING t.id, t.fence, t.state");
    prepare("settle",
            "DELETE FROM bare AS t USING unnest($1::text[], $2::bigint[]) AS done (id, fence)"
            " WHERE t.id = done.id AND t.fence = done.fence");
  }
  Postgresql(const Postgresql&) = delete;
  Postgresql& operator=(const Postgresql&) = delete;
  ~Postgresql() override { PQfinish(connection_); }

  void fill(std::size_t tasks) override
  {
    run("TRUNCATE bare; INSERT INTO bare SELECT 'task-' || i, " + std::to_string(us_of(now)) +
        ", 'default', 1, convert_to(repeat('x', " + std::to_string(sealed_size) +
        "), 'UTF8') FROM generate_series(1, " + std::to_string(tasks) + ") AS i; ANALYZE bare");
  }

  std::vector<Taken> take() override
  {
    auto* const result = execute("take", {std::to_string(us_of(now)), std::to_string(batch),
                                          std::to_string(us_of(now) + lease)});
    std::vector<Taken> taken;
    for (int row = 0; row < PQntuples(result); ++row) {
      taken.push_back({PQgetvalue(result, row, 0), std::stoll(PQgetvalue(result, row, 1))});
    }
    PQclear(result);
    return taken;
  }

  void settle(const std::vector<Taken>& taken) override
  {
    std::string ids;
    std::string fences;
    for (const auto& [id, fence] : taken) {
      ids += (ids.empty() ? "{" : ",") + id;
      fences += (fences.empty() ? "{" : ",") + std::to_string(fence);
    }
    PQclear(execute("settle", {ids + "}", fences + "}"}));
  }

 private:
  void check(const PGresult* result) const
  {
    const auto status = PQresultStatus(result);
    if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK) fail(PQerrorMessage(connection_));
  }
  void run(const std::string& statements)
  {
    auto* const result = PQexec(connection_, statements.c_str());
    check(result);
    PQclear(result);
  }
  void prepare(const char* name, const char* statement)
  {
    auto* const result = PQprepare(connection_, name, statement, 0, nullptr);
    check(result);
    PQclear(result);
  }
  PGresult* execute(const char* name, const std::vector<std::string>& values)
  {
    std::vector<const char*> texts;
    for (const auto& value : values) texts.push_back(value.c_str());
    auto* const result = PQexecPrepared(connection_, name, static_cast<int>(texts.size()),
                                        texts.data(), nullptr, nullptr, 0);
    check(result);
    return result;
  }

  PGconn* connection_;
};

}  // namespace

std::unique_ptr<Bare> bare_postgresql(const std::string& place)
{
  return std::make_unique<Postgresql>(place);
}

}  // namespace asyncz::bench
