// SPDX-License-Identifier: MIT
#include "stores/sql/mysql.hpp"

#include "stores/sql/mysql_connection.hpp"
#include "stores/sql/mysql_library.hpp"
#include "stores/ticker.hpp"

#include <fmt/format.h>

#include <utility>

namespace asyncz::stores {
namespace {

// These servers announce nothing, so it is time to look each second.
class EachSecond final : public SqlWatch {
 public:
  int fd() const override { return ticker_.fd(); }
  void clear() override { ticker_.clear(); }

 private:
  Ticker ticker_{std::chrono::seconds{1}};
};

class MysqlDatabase final : public SqlDatabase {
 public:
  MysqlDatabase(std::shared_ptr<const MysqlLibrary> library, MysqlOptions options)
      : library_{std::move(library)}, options_{std::move(options)}
  {
  }

  SqlKind kind() const override { return SqlKind::mysql; }
  Result<std::unique_ptr<SqlConnection>> connect(bool) override
  {
    return connect_mysql(library_, options_);
  }
  Result<std::unique_ptr<SqlWatch>> watch(const std::string&) override
  {
    return std::unique_ptr<SqlWatch>{std::make_unique<EachSecond>()};
  }
  Result<std::vector<Store::Trait>> examine(SqlConnection& connection) override;

 private:
  std::shared_ptr<const MysqlLibrary> library_;
  MysqlOptions options_;
};

Result<std::vector<Store::Trait>> MysqlDatabase::examine(SqlConnection& connection)
{
  std::string version;
  std::int64_t flush = 0;
  const auto asked = connection.run("SELECT VERSION(), @@innodb_flush_log_at_trx_commit", {},
                                    [&](const SqlRow& row) {
                                      version = row.text(0);
                                      flush = row.number(1);
                                    });
  if (!asked) return asked.error();
  std::vector<Store::Trait> traits{{"server " + version, ""}};
  if (flush != 1) {
    traits.push_back({fmt::format("innodb_flush_log_at_trx_commit is {}", flush),
                      "set it to 1: a power failure may cost tasks"});
  }
  return traits;
}

}  // namespace

Result<std::unique_ptr<SqlDatabase>> open_mysql(const MysqlOptions& options)
{
  auto library = MysqlLibrary::open();
  if (!library) return library.error();
  return std::unique_ptr<SqlDatabase>{
      std::make_unique<MysqlDatabase>(*std::move(library), options)};
}

}  // namespace asyncz::stores
