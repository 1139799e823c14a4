// SPDX-License-Identifier: MIT
#include "stores/sql/postgresql.hpp"

#include "base/unique_fd.hpp"
#include "stores/sql/postgresql_connection.hpp"
#include "stores/sql/postgresql_library.hpp"

#include <fmt/format.h>
#include <sys/epoll.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include <ctime>
#include <utility>

namespace asyncz::stores {
namespace {

using Library = std::shared_ptr<const PostgresqlLibrary>;

// Listens on a connection of its own, and makes it again when it was lost. One descriptor stands
// for whichever connection it is, and for the
// time to look by ourselves: not all that happens is announced.
class ListenWatch final : public SqlWatch {
 public:
  ListenWatch(Library library, PostgresqlOptions options, const std::string& channel)
      : library_{std::move(library)},
        options_{std::move(options)},
        listen_{fmt::format("LISTEN \"{}\"", channel)},
        set_{::epoll_create1(EPOLL_CLOEXEC)},
        timer_{::timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK)}
  {
    add(timer_.get());
  }

  int fd() const override { return set_.get(); }

  Status listen()
  {
    auto made = PostgresqlConnection::open(library_, options_);
    if (!made) return made.error();
    if (const auto done = (*made)->run(listen_, {}, {}); !done) return done.error();
    connection_ = *std::move(made);
    add(connection_->socket());
    look_each(seconds_to_look);
    return {};
  }

  void clear() override
  {
    std::uint64_t count = 0;
    static_cast<void>(::read(timer_.get(), &count, sizeof count));
    if (connection_) {
      connection_->forget_notifications();
      if (!connection_->is_lost()) return;
      connection_.reset();  // which also takes its socket out of the set
    }
    if (!listen()) look_each(seconds_to_retry);
  }

 private:
  static constexpr std::time_t seconds_to_look = 5;
  static constexpr std::time_t seconds_to_retry = 1;

  void look_each(std::time_t seconds)
  {
    const timespec pause{.tv_sec = seconds, .tv_nsec = 0};
    const itimerspec ticks{.it_interval = pause, .it_value = pause};
    ::timerfd_settime(timer_.get(), 0, &ticks, nullptr);
  }

  void add(int fd)
  {
    epoll_event event{.events = EPOLLIN, .data = {}};
    ::epoll_ctl(set_.get(), EPOLL_CTL_ADD, fd, &event);
  }

  Library library_;
  PostgresqlOptions options_;
  std::string listen_;
  UniqueFd set_;
  UniqueFd timer_;
  std::unique_ptr<PostgresqlConnection> connection_;
};

class PostgresqlDatabase final : public SqlDatabase {
 public:
  PostgresqlDatabase(Library library, PostgresqlOptions options)
      : library_{std::move(library)}, options_{std::move(options)}
  {
  }

  SqlKind kind() const override { return SqlKind::postgresql; }

  // The server may die while we live, so every commit is synced.
  Result<std::unique_ptr<SqlConnection>> connect(bool) override
  {
    auto made = PostgresqlConnection::open(library_, options_);
    if (!made) return made.error();
    return std::unique_ptr<SqlConnection>{*std::move(made)};
  }

  Result<std::unique_ptr<SqlWatch>> watch(const std::string& channel) override
  {
    auto watch = std::make_unique<ListenWatch>(library_, options_, channel);
    if (auto listening = watch->listen(); !listening) return listening.error();
    return std::unique_ptr<SqlWatch>{std::move(watch)};
  }

  Result<std::vector<Store::Trait>> examine(SqlConnection& connection) override;

 private:
  Library library_;
  PostgresqlOptions options_;
};

Result<std::vector<Store::Trait>> PostgresqlDatabase::examine(SqlConnection& connection)
{
  std::string version;
  std::string synced;
  std::string whole;
  const auto asked = connection.run(
      "SELECT current_setting('server_version'), current_setting('fsync'),"
      " current_setting('full_page_writes')",
      {}, [&](const SqlRow& row) {
        version = row.text(0);
        synced = row.text(1);
        whole = row.text(2);
      });
  if (!asked) return asked.error();
  std::vector<Store::Trait> traits{{"PostgreSQL " + version, ""}};
  if (synced != "on" || whole != "on") {
    traits.push_back({fmt::format("fsync is {}, full_page_writes is {}", synced, whole),
                      "set both on: a power failure may cost tasks"});
  }
  return traits;
}

}  // namespace

Result<std::unique_ptr<SqlDatabase>> open_postgresql(const PostgresqlOptions& options)
{
  auto library = PostgresqlLibrary::open();
  if (!library) return library.error();
  if (!options.url.empty()) {
    // What libpq says of it might quote the password.
    auto* const parsed = (*library)->conninfoParse(options.url.c_str(), nullptr);
    if (parsed == nullptr) {
      return Error{ErrorKind::usage, "the store's URL 'postgresql:…' cannot be read",
                   "postgresql://user@host/database is one"};
    }
    (*library)->conninfoFree(parsed);
  }
  return std::unique_ptr<SqlDatabase>{
      std::make_unique<PostgresqlDatabase>(*std::move(library), options)};
}

}  // namespace asyncz::stores
