// SPDX-License-Identifier: MIT
// The bare statements on MariaDB, which has no UPDATE … RETURNING.
#include "bare.hpp"

#include "stores/url.hpp"

#include <mysql.h>

namespace asyncz::bench {
namespace {

class Mariadb final : public Bare {
 public:
  explicit Mariadb(const std::string& url) : connection_{mysql_init(nullptr)}
  {
    const auto parts = *stores::parse_url(url);
    const auto user = parts.authority.substr(0, parts.authority.find('@'));
    if (mysql_real_connect(connection_, nullptr, user.c_str(), nullptr,
                           parts.path.substr(1).c_str(), 0, parts.parameters.at("socket").c_str(),
                           CLIENT_MULTI_STATEMENTS) == nullptr) {
      fail(mysql_error(connection_));
    }
    run("SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED");
    run("DROP TABLE IF EXISTS bare");
    run("CREATE TABLE bare (id VARBINARY(250) NOT NULL PRIMARY KEY, next_run_time BIGINT NOT NULL,"
        " queue VARBINARY(250) NOT NULL, fence BIGINT NOT NULL, state LONGBLOB NOT NULL,"
        " INDEX bare_due (queue, next_run_time, id)) ENGINE=InnoDB");
  }
  Mariadb(const Mariadb&) = delete;
  Mariadb& operator=(const Mariadb&) = delete;
  ~Mariadb() override { mysql_close(connection_); }

  void fill(std::size_t tasks) override
  {
    run("TRUNCATE bare");
    run("INSERT INTO bare SELECT CONCAT('task-', seq), " + std::to_string(us_of(now)) +
        ", 'default', 1, REPEAT('x', " + std::to_string(sealed_size) + ") FROM seq_1_to_" +
        std::to_string(tasks));
  }

  std::vector<Taken> take() override
  {
    run("BEGIN");
    run("SELECT id, fence, state FROM bare WHERE queue = 'default' AND next_run_time <= " +
        std::to_string(us_of(now)) + " ORDER BY next_run_time, id LIMIT " + std::to_string(batch) +
        " FOR UPDATE SKIP LOCKED");
    std::vector<Taken> taken;
    auto* const result = mysql_store_result(connection_);
    while (auto* const row = mysql_fetch_row(result)) {
      taken.push_back({row[0], std::stoll(row[1]) + 1});
    }
    mysql_free_result(result);
    if (!taken.empty()) {
      run("UPDATE bare SET fence = fence + 1, next_run_time = " +
          std::to_string(us_of(now) + lease) + " WHERE id IN (" + list_of(taken) + ")");
    }
    run("COMMIT");
    return taken;
  }

  void settle(const std::vector<Taken>& taken) override
  {
    run("DELETE FROM bare WHERE id IN (" + list_of(taken) + ") AND fence = 2");
  }

 private:
  static std::string list_of(const std::vector<Taken>& taken)
  {
    std::string list;
    for (const auto& [id, fence] : taken) list += (list.empty() ? "'" : ",'") + id + "'";
    return list;
  }
  void run(const std::string& statement)
  {
    if (mysql_real_query(connection_, statement.data(), statement.size()) != 0) {
      fail(mysql_error(connection_));
    }
  }

  MYSQL* connection_;
};

}  // namespace

std::unique_ptr<Bare> bare_mariadb(const std::string& place)
{
  return std::make_unique<Mariadb>(place);
}

}  // namespace asyncz::bench
