// SPDX-License-Identifier: MIT
// A session with a PostgreSQL server.
#pragma once

#include "stores/sql/connection.hpp"
#include "stores/sql/postgresql.hpp"
#include "stores/sql/postgresql_library.hpp"

#include <functional>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

namespace asyncz::stores {

class PostgresqlConnection final : public SqlConnection {
 public:
  using Library = std::shared_ptr<const PostgresqlLibrary>;

  //   not_found, denied, unavailable
  static Result<std::unique_ptr<PostgresqlConnection>> open(Library library,
                                                            const PostgresqlOptions& options);
  ~PostgresqlConnection() override;

  Result<std::size_t> run(const std::string& statement, const SqlValues& values,
                          const EachRow& each) override;
  Result<std::vector<std::size_t>> run_all(std::span<const SqlStep> steps) override;
  Status begin() override { return plain("BEGIN"); }
  Status commit() override { return plain("COMMIT"); }
  void rollback() override { static_cast<void>(plain("ROLLBACK")); }
  bool is_lost() const override { return lost_; }

  [[nodiscard]] int socket() const { return library_->socket(connection_); }
  [[nodiscard]] int server_version() const { return library_->serverVersion(connection_); }
  // Takes in what the server has sent, and forgets the notifications among it; never waits.
  void forget_notifications();

 private:
  PostgresqlConnection(Library library, PGconn* connection, Duration timeout)
      : library_{std::move(library)}, connection_{connection}, timeout_{timeout}
  {
  }

  // How a statement is sent: under a name where it was prepared.
  struct Prepared {
    std::string text;  // with $1, $2, … for ?
    std::string name;  // empty: it is sent as it is
  };

  Status plain(const std::string& statement);
  Result<const Prepared*> prepared(const std::string& statement, const SqlValues& values);
  bool send(const Prepared& statement, const SqlValues& values);
  Status flush();
  Status await();
  [[nodiscard]] bool wait(short events, bool& readable) const;
  Result<std::size_t> read_result(const EachRow& each);
  Result<std::vector<std::size_t>> read_results(std::size_t count);
  Error said(const PGresult* result);
  Error lose(std::string why);

  Library library_;
  PGconn* connection_;
  Duration timeout_;
  std::unordered_map<std::string, Prepared> statements_;
  bool lost_ = false;
};

}  // namespace asyncz::stores
