// SPDX-License-Identifier: MIT
#include "stores/sql/schema.hpp"

#include "base/number.hpp"
#include "base/text.hpp"

#include <fmt/format.h>

#include <optional>
#include <string>
#include <string_view>

namespace asyncz::stores {
namespace {

// Beside the kinds of NoteKind: what is said of the tables themselves.
constexpr std::int64_t schema_note = 0;
constexpr std::string_view version_name = "schema version";

Result<bool> exists(SqlConnection& connection, const SqlStatements& sql, std::string_view table)
{
  std::int64_t count = 0;
  const auto asked =
      connection.run(sql.table_exists, {table}, [&](const SqlRow& row) { count = row.number(0); });
  if (!asked) return asked.error();
  return count > 0;
}

Result<std::optional<std::int64_t>> noted_version(SqlConnection& connection,
                                                  const SqlStatements& sql)
{
  std::optional<std::string> text;
  const auto asked =
      connection.run(fmt::format("SELECT content FROM {} WHERE kind = ? AND name = ?", sql.notes),
                     {schema_note, version_name}, [&](const SqlRow& row) { text = row.text(0); });
  if (!asked) return asked.error();
  if (!text) return std::optional<std::int64_t>{};
  const auto version = parse_number<std::int64_t>(*text);
  if (version) return version;
  return Error{ErrorKind::failed,
               fmt::format("the tables of {} are of version '{}', which is no number", sql.name,
                           printable(*text)),
               "use the asyncz that made them"};
}

// Nothing where the tables are not there.
Result<std::optional<std::int64_t>> version_of(SqlConnection& connection, const SqlStatements& sql)
{
  const auto there = exists(connection, sql, sql.name + "_notes");
  if (!there) return there.error();
  if (!*there) return std::optional<std::int64_t>{};
  return noted_version(connection, sql);
}

// Of several that do this at the same time one makes the tables, and the others find them.
std::string lock_of(const SqlStatements& sql)
{
  switch (sql.kind) {
    case SqlKind::sqlite:
      return {};  // begin() has locked all
    case SqlKind::postgresql:
      return fmt::format("SELECT pg_advisory_xact_lock(hashtext('asyncz {}'))", sql.name);
    case SqlKind::mysql:
      return fmt::format("SELECT GET_LOCK('asyncz {}', 10)", sql.name);
  }
  return {};
}

void unlock(SqlConnection& connection, const SqlStatements& sql)
{
  if (sql.kind != SqlKind::mysql) return;  // elsewhere it ends with the transaction
  static_cast<void>(
      connection.run(fmt::format("SELECT RELEASE_LOCK('asyncz {}')", sql.name), {}, {}));
}

Status make_tables(SqlConnection& connection, const SqlStatements& sql)
{
  const auto version = version_of(connection, sql);
  if (!version) return version.error();
  if (*version) return {};
  for (const auto* table : {"", "_history", "_notes"}) {
    const auto taken = exists(connection, sql, sql.name + table);
    if (!taken) return taken.error();
    if (!*taken) continue;
    return Error{ErrorKind::conflict,
                 "there is a table " + sql.name + table + " that asyncz did not make",
                 "name another with the parameter tablename"};
  }
  for (const auto& statement : sql.schema) {
    if (auto done = connection.run(statement, {}, {}); !done) return done.error();
  }
  const auto text = std::to_string(schema_version);
  const auto noted = connection.run(
      sql.add_note,
      {std::int64_t{0}, nullptr, bytes_of(text), std::int64_t{0}, schema_note, version_name}, {});
  return noted ? Status{} : noted.error();
}

Status make_schema(SqlConnection& connection, const SqlStatements& sql)
{
  if (auto begun = connection.begin(); !begun) return begun;
  Status made;
  if (const auto lock = lock_of(sql); !lock.empty()) {
    if (const auto locked = connection.run(lock, {}, {}); !locked) made = locked.error();
  }
  if (made) made = make_tables(connection, sql);
  if (made) {
    made = connection.commit();
  } else {
    connection.rollback();
  }
  unlock(connection, sql);
  return made;
}

}  // namespace

Status open_schema(SqlConnection& connection, const SqlStatements& sql, bool create)
{
  // Where they are there, as nearly always, one question is enough.
  auto version = noted_version(connection, sql);
  if (!version && version.error().kind == ErrorKind::failed) version = version_of(connection, sql);
  if (!version) return version.error();
  if (*version && **version > schema_version) {
    return Error{ErrorKind::failed,
                 fmt::format("the tables of {} are of version {}, which a newer asyncz made",
                             sql.name, **version),
                 "use that asyncz"};
  }
  if (*version) return {};
  if (create) return make_schema(connection, sql);
  return Error{ErrorKind::not_found, fmt::format("the database holds no store {}", sql.name),
               "asyncz add makes one"};
}

// Asked for first, since who may not make tables could not even leave one as it is.
Status open_unreadable(SqlConnection& connection, const SqlStatements& sql)
{
  const auto there = exists(connection, sql, sql.name + "_unreadable");
  if (!there) return there.error();
  if (*there) return {};
  const auto made = connection.run(sql.make_unreadable, {}, {});
  return made ? Status{} : made.error();
}

}  // namespace asyncz::stores
