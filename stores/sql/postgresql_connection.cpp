// SPDX-License-Identifier: MIT
#include "stores/sql/postgresql_connection.hpp"

#include "base/number.hpp"
#include "base/text.hpp"
#include "stores/sql/postgresql_values.hpp"

#include <fmt/format.h>
#include <poll.h>

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

namespace asyncz::stores {
namespace {

constexpr std::size_t most_statements = 100;  // that are kept prepared

// Nothing of the server's notices is for whoever runs asyncz.
void say_nothing(void*, const char*) {}

std::string first_line(const char* message)
{
  std::string_view text{message == nullptr ? "" : message};
  text = text.substr(0, text.find('\n'));
  return printable(trimmed(text));
}

// By the class of SQLSTATE, which is its first two characters, and some codes of their own.
ErrorKind kind_of(std::string_view state)
{
  constexpr std::array<std::string_view, 5> busy{"08", "53", "55", "57", "58"};
  for (const auto prefix : busy) {
    if (state.starts_with(prefix)) return ErrorKind::unavailable;
  }
  if (state.starts_with("40")) return ErrorKind::conflict;
  if (state == "42501" || state.starts_with("28") || state == "25006") return ErrorKind::denied;
  if (state.starts_with("XX00")) return ErrorKind::corrupt;
  return ErrorKind::failed;
}

// A connection that could not be made has no SQLSTATE.
ErrorKind kind_of_refusal(std::string_view message)
{
  const auto says = [&](std::string_view words) {
    return message.find(words) != std::string_view::npos;
  };
  if (says("invalid ") && says(" value")) return ErrorKind::usage;
  if (says("database \"") && says("does not exist")) return ErrorKind::not_found;
  if (says("authentication") || says("no password") || says("role \"") || says("pg_hba.conf") ||
      says("permission denied")) {
    return ErrorKind::denied;
  }
  return ErrorKind::unavailable;
}

std::string hint_of(ErrorKind refusal)
{
  switch (refusal) {
    case ErrorKind::unavailable:
      return "is the server running, and is the address right?";
    case ErrorKind::usage:
      return "correct the store's URL";
    default:
      return "name user and database in the URL; the password may be in ~/.pgpass";
  }
}

// Of a server that answers.
std::string hint_of_answer(std::string_view state)
{
  if (state == "53100") return "make room on its disk";
  return kind_of(state) == ErrorKind::unavailable ? "try again later, or look into the server's log"
                                                  : "";
}

std::string numbered(std::string_view statement)
{
  std::string text;
  int count = 0;
  for (const char c : statement) {
    if (c == '?') {
      text += '$' + std::to_string(++count);
    } else {
      text += c;
    }
  }
  return text;
}

class Row final : public SqlRow {
 public:
  Row(const PostgresqlLibrary& library, const PGresult* result) : library_{library}, result_{result}
  {
  }
  int row = 0;

  std::int64_t number(std::size_t column) const override
  {
    const auto bytes = text(column);
    return bytes.size() == 8 ? PostgresqlValues::number_at(bytes.data()) : 0;
  }
  std::string_view text(std::size_t column) const override
  {
    const auto place = static_cast<int>(column);
    return {library_.getvalue(result_, row, place),
            static_cast<std::size_t>(library_.getlength(result_, row, place))};
  }

 private:
  const PostgresqlLibrary& library_;
  const PGresult* result_;
};

}  // namespace

Result<std::unique_ptr<PostgresqlConnection>> PostgresqlConnection::open(
    Library library, const PostgresqlOptions& options)
{
  const auto connect_timeout =
      std::to_string(std::max(options.timeout / std::chrono::seconds{2}, std::int64_t{2}));
  // What comes later wins: the URL over what we would have, what was told apart over the URL.
  std::vector<const char*> names{"connect_timeout", "application_name", "client_encoding",
                                 "keepalives_idle", "tcp_user_timeout"};
  std::vector<const char*> values{connect_timeout.c_str(), "asyncz", "UTF8", "10", "15000"};
  const auto add = [&](const char* name, const std::string& value) {
    if (value.empty()) return;
    names.push_back(name);
    values.push_back(value.c_str());
  };
  add("dbname", options.url);
  add("dbname", options.database);
  if (options.password) add("password", *options.password);
  names.push_back(nullptr);
  values.push_back(nullptr);

  auto* const made = library->connectdbParams(names.data(), values.data(), 1);
  std::unique_ptr<PostgresqlConnection> connection{
      new PostgresqlConnection{std::move(library), made, options.timeout}};
  const auto& api = *connection->library_;
  if (api.status(made) != CONNECTION_OK) {
    const auto message = first_line(api.errorMessage(made));
    const auto kind = kind_of_refusal(message);
    return Error{kind, "cannot reach PostgreSQL: " + message, hint_of(kind)};
  }
  api.setNoticeProcessor(made, say_nothing, nullptr);
  api.setnonblocking(made, 1);
  return connection;
}

PostgresqlConnection::~PostgresqlConnection() { library_->finish(connection_); }

Error PostgresqlConnection::lose(std::string why)
{
  lost_ = true;
  return {ErrorKind::unavailable, "PostgreSQL: " + std::move(why),
          "is the server running, and is the address right?"};
}

Error PostgresqlConnection::said(const PGresult* result)
{
  if (library_->status(connection_) != CONNECTION_OK) {
    return lose(first_line(library_->errorMessage(connection_)));
  }
  const auto* const state = library_->resultErrorField(result, PG_DIAG_SQLSTATE);
  const auto* const message = library_->resultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
  const std::string_view code{state == nullptr ? "" : state};
  if (code.starts_with("57P") || code.starts_with("08")) lost_ = true;  // the server goes down
  return {kind_of(code), "PostgreSQL: " + first_line(message), hint_of_answer(code)};
}

// --- Sending and waiting -------------------------------------------------------------------------

// False: nothing came within the timeout.
bool PostgresqlConnection::wait(short events, bool& readable) const
{
  pollfd poll{.fd = socket(), .events = events};
  const int ready = ::poll(&poll, 1, static_cast<int>(timeout_ / std::chrono::milliseconds{1}));
  readable = ready > 0 && (poll.revents & POLLIN) != 0;
  return ready != 0;
}

Status PostgresqlConnection::flush()
{
  for (;;) {
    const int left = library_->flush(connection_);
    if (left == 0) return {};
    if (left < 0) return lose(first_line(library_->errorMessage(connection_)));
    bool readable = false;
    if (!wait(POLLIN | POLLOUT, readable)) return lose("the server takes nothing in");
    if (readable && library_->consumeInput(connection_) == 0) {
      return lose(first_line(library_->errorMessage(connection_)));
    }
  }
}

Status PostgresqlConnection::await()
{
  while (library_->isBusy(connection_) != 0) {
    bool readable = false;
    if (!wait(POLLIN, readable)) return lose("no answer within " + duration_text(timeout_));
    if (library_->consumeInput(connection_) == 0) {
      return lose(first_line(library_->errorMessage(connection_)));
    }
  }
  return {};
}

Result<const PostgresqlConnection::Prepared*> PostgresqlConnection::prepared(
    const std::string& statement, const SqlValues& values)
{
  if (const auto known = statements_.find(statement); known != statements_.end()) {
    return &known->second;
  }
  Prepared made{numbered(statement), {}};
  if (statements_.size() < most_statements) {
    const PostgresqlValues bound{values};
    made.name = "asyncz" + std::to_string(statements_.size());
    const int sent = library_->sendPrepare(connection_, made.name.c_str(), made.text.c_str(),
                                           bound.count(), bound.types.data());
    if (sent == 0) return lose(first_line(library_->errorMessage(connection_)));
    if (auto flushed = flush(); !flushed) return flushed.error();
    if (auto done = read_result({}); !done) return done.error();
  }
  return &statements_.insert_or_assign(statement, std::move(made)).first->second;
}

bool PostgresqlConnection::send(const Prepared& statement, const SqlValues& values)
{
  const PostgresqlValues bound{values};
  const int sent = statement.name.empty()
                       ? library_->sendQueryParams(
                             connection_, statement.text.c_str(), bound.count(), bound.types.data(),
                             bound.places.data(), bound.lengths.data(), bound.formats.data(), 1)
                       : library_->sendQueryPrepared(connection_, statement.name.c_str(),
                                                     bound.count(), bound.places.data(),
                                                     bound.lengths.data(), bound.formats.data(), 1);
  return sent != 0;
}

// All results of one statement, of which there are several where rows come one by one.
Result<std::size_t> PostgresqlConnection::read_result(const EachRow& each)
{
  Result<std::size_t> outcome = std::size_t{0};
  for (;;) {
    if (auto waited = await(); !waited) return waited.error();
    const std::unique_ptr<PGresult, decltype(library_->clear)> result{
        library_->getResult(connection_), library_->clear};
    if (!result) return outcome;
    const auto status = library_->resultStatus(result.get());
    const bool rows = status == PGRES_TUPLES_OK || status == PGRES_SINGLE_TUPLE;
    if (!rows && status != PGRES_COMMAND_OK) {
      outcome = said(result.get());
      continue;
    }
    Row row{*library_, result.get()};
    const int count = each ? library_->ntuples(result.get()) : 0;
    for (; row.row < count; ++row.row) each(row);
    const auto changed = parse_number<std::size_t>(library_->cmdTuples(result.get()));
    if (outcome) outcome = changed.value_or(0);
  }
}

// --- Running -------------------------------------------------------------------------------------

Result<std::size_t> PostgresqlConnection::run(const std::string& statement, const SqlValues& values,
                                              const EachRow& each)
{
  const auto known = prepared(statement, values);
  if (!known) return known.error();
  if (!send(**known, values)) return lose(first_line(library_->errorMessage(connection_)));
  if (each) library_->setSingleRowMode(connection_);
  if (auto flushed = flush(); !flushed) return flushed.error();
  return read_result(each);
}

Status PostgresqlConnection::plain(const std::string& statement)
{
  const auto done = run(statement, {}, {});
  return done ? Status{} : done.error();
}

// In a pipeline all up to the sync is one transaction, and one journey to the server and back.
Result<std::vector<std::size_t>> PostgresqlConnection::run_all(std::span<const SqlStep> steps)
{
  std::vector<const Prepared*> known;
  for (const auto& step : steps) {
    const auto one = prepared(step.statement, step.values);
    if (!one) return one.error();
    known.push_back(*one);
  }
  bool sent = library_->enterPipelineMode(connection_) != 0;
  for (std::size_t i = 0; sent && i < steps.size(); ++i) sent = send(*known[i], steps[i].values);
  sent = sent && library_->pipelineSync(connection_) != 0;
  if (!sent) return lose(first_line(library_->errorMessage(connection_)));
  if (auto flushed = flush(); !flushed) return flushed.error();
  return read_results(steps.size());
}

Result<std::vector<std::size_t>> PostgresqlConnection::read_results(std::size_t count)
{
  std::vector<std::size_t> changed;
  std::optional<Error> failure;
  for (std::size_t i = 0; i < count; ++i) {
    const auto done = read_result({});
    if (lost_) return done ? lose("the connection was closed") : done.error();
    if (done) changed.push_back(*done);
    // After the first that fails the rest is only said to be aborted.
    if (!done && !failure) failure = done.error();
  }
  if (auto waited = await(); !waited) return waited.error();
  library_->clear(library_->getResult(connection_));  // of the sync
  if (library_->exitPipelineMode(connection_) == 0) lost_ = true;
  if (failure) return *failure;
  return changed;
}

void PostgresqlConnection::forget_notifications()
{
  if (library_->consumeInput(connection_) == 0 || library_->status(connection_) != CONNECTION_OK) {
    lost_ = true;
    return;
  }
  while (auto* const notification = library_->notifies(connection_)) {
    library_->freemem(notification);
  }
}

}  // namespace asyncz::stores
