// SPDX-License-Identifier: MIT
#include "stores/sql/statements.hpp"

#include <fmt/format.h>

namespace asyncz::stores {
namespace {

// The words that differ.
struct Words {
  std::string_view quote;  // round a table's name
  std::string_view id;     // the types
  std::string_view queue;
  std::string_view bytes;
  std::string_view ending;  // of a table
  std::string_view insert;  // where one that is there already is no error
  std::string_view skip;
  std::string_view replace_run;
  std::string_view from_nothing;  // after the columns of a SELECT that has no table
};

constexpr std::string_view replace_on_conflict =
    " ON CONFLICT (task_tag, fence, part)"
    " DO UPDATE SET recorded = excluded.recorded, state = excluded.state";
constexpr std::string_view replace_on_duplicate =
    " ON DUPLICATE KEY UPDATE recorded = VALUES(recorded), state = VALUES(state)";

Words words_of(SqlKind kind)
{
  switch (kind) {
    case SqlKind::sqlite:
      return {.quote = "\"",
              .id = "TEXT",
              .queue = "TEXT",
              .bytes = "BLOB",
              .ending = "",
              .insert = "INSERT",
              .skip = " ON CONFLICT DO NOTHING",
              .replace_run = replace_on_conflict,
              .from_nothing = ""};
    case SqlKind::postgresql:
      return {.quote = "\"",
              .id = "TEXT COLLATE \"C\"",
              .queue = "TEXT COLLATE \"C\"",
              .bytes = "BYTEA",
              .ending = " WITH (fillfactor = 70)",
              .insert = "INSERT",
              .skip = " ON CONFLICT DO NOTHING",
              .replace_run = replace_on_conflict,
              .from_nothing = ""};
    case SqlKind::mysql:
      // Binary, so that ids which differ only in case, accent or a blank at the end do differ.
      return {.quote = "`",
              .id = "VARBINARY(255)",
              .queue = "VARBINARY(64)",
              .bytes = "LONGBLOB",
              .ending = " ENGINE = InnoDB",
              .insert = "INSERT IGNORE",
              .skip = "",
              .replace_run = replace_on_duplicate,
              .from_nothing = " FROM DUAL"};
  }
  return {};
}

std::string clock_of(SqlKind kind)
{
  switch (kind) {
    case SqlKind::sqlite:
      return {};
    case SqlKind::postgresql:
      return "SELECT (EXTRACT(EPOCH FROM clock_timestamp()) * 1000000)::BIGINT";
    case SqlKind::mysql:
      return "SELECT CAST(UNIX_TIMESTAMP(SYSDATE(6)) * 1000000 AS SIGNED)";
  }
  return {};
}

std::string table_exists_of(SqlKind kind)
{
  switch (kind) {
    case SqlKind::sqlite:
      return "SELECT COUNT(*) FROM sqlite_master WHERE type = 'table' AND name = ?";
    case SqlKind::postgresql:
      return "SELECT COUNT(*) FROM pg_catalog.pg_class WHERE oid = to_regclass(quote_ident(?))";
    case SqlKind::mysql:
      return "SELECT COUNT(*) FROM information_schema.tables"
             " WHERE table_schema = DATABASE() AND table_name = ?";
  }
  return {};
}

std::vector<std::string> schema_of(const SqlStatements& sql, const Words& words)
{
  const auto index = [&](std::string_view suffix) {
    return fmt::format("{0}{1}{2}{0}", words.quote, sql.name, suffix);
  };
  std::vector<std::string> schema{
      fmt::format("CREATE TABLE {} (id {} NOT NULL PRIMARY KEY, next_run_time BIGINT NOT NULL,"
                  " queue {} NOT NULL, priority BIGINT NOT NULL, revision BIGINT NOT NULL,"
                  " fence BIGINT NOT NULL, worker BIGINT NOT NULL, held_until BIGINT,"
                  " state {} NOT NULL){}",
                  sql.tasks, words.id, words.queue, words.bytes, words.ending),
      fmt::format("CREATE INDEX {} ON {} (queue, priority, next_run_time, id)", index("_due"),
                  sql.tasks),
      fmt::format("CREATE INDEX {} ON {} (held_until){}", index("_held"), sql.tasks,
                  sql.kind == SqlKind::mysql ? "" : " WHERE held_until IS NOT NULL"),
      fmt::format("CREATE TABLE {} (task_tag BIGINT NOT NULL, fence BIGINT NOT NULL,"
                  " part BIGINT NOT NULL, recorded BIGINT NOT NULL, state {} NOT NULL,"
                  " PRIMARY KEY (task_tag, fence, part))",
                  sql.history, words.bytes),
      fmt::format("CREATE INDEX {} ON {} (recorded, task_tag, fence, part)",
                  index("_history_recorded"), sql.history),
      fmt::format("CREATE TABLE {} (kind BIGINT NOT NULL, name {} NOT NULL, put BIGINT NOT NULL,"
                  " expires BIGINT, owner BIGINT NOT NULL, content {} NOT NULL,"
                  " PRIMARY KEY (kind, name))",
                  sql.notes, words.id, words.bytes)};
  return schema;
}

// An id may be there several times. Its columns are those of the tasks, and when it was put aside.
std::string make_unreadable_of(const SqlStatements& sql, const Words& words)
{
  return fmt::format(
      "CREATE TABLE IF NOT EXISTS {} (put_aside BIGINT NOT NULL, id {} NOT NULL,"
      " next_run_time BIGINT NOT NULL, queue {} NOT NULL, priority BIGINT NOT NULL,"
      " revision BIGINT NOT NULL, fence BIGINT NOT NULL, worker BIGINT NOT NULL,"
      " state {} NOT NULL){}",
      sql.unreadable, words.id, words.queue, words.bytes, words.ending);
}

// The first of the same queue and a later priority, and the first of a later queue.
std::string next_shelf_of(const SqlStatements& sql)
{
  return fmt::format(
      "SELECT * FROM (SELECT queue, priority, next_run_time FROM {0}"
      " WHERE queue = ? AND priority > ? ORDER BY priority, next_run_time LIMIT 1) AS a UNION ALL"
      " SELECT * FROM (SELECT queue, priority, next_run_time FROM {0}"
      " WHERE queue > ? ORDER BY queue, priority, next_run_time LIMIT 1) AS b",
      sql.tasks);
}

std::string all_shelves_of(const SqlStatements& sql)
{
  if (sql.kind != SqlKind::postgresql) return {};
  return fmt::format(
      "WITH RECURSIVE shelf AS ((SELECT queue, priority, next_run_time FROM {0}"
      " ORDER BY queue, priority, next_run_time LIMIT 1) UNION ALL SELECT next.* FROM shelf"
      " CROSS JOIN LATERAL (SELECT queue, priority, next_run_time FROM {0}"
      " WHERE (queue, priority) > (shelf.queue, shelf.priority)"
      " ORDER BY queue, priority, next_run_time LIMIT 1) next) SELECT * FROM shelf",
      sql.tasks);
}

}  // namespace

SqlStatements::SqlStatements(SqlKind database, std::string_view table) : kind{database}, name{table}
{
  const auto words = words_of(kind);
  const auto quoted = [&](std::string_view suffix) {
    return fmt::format("{0}{1}{2}{0}", words.quote, table, suffix);
  };
  tasks = quoted("");
  history = quoted("_history");
  notes = quoted("_notes");
  unreadable = quoted("_unreadable");
  schema = schema_of(*this, words);
  make_unreadable = make_unreadable_of(*this, words);
  table_exists = table_exists_of(kind);
  clock = clock_of(kind);
  if (kind == SqlKind::postgresql) announce = fmt::format("SELECT pg_notify('{}', '')", name);

  add = fmt::format("{} INTO {} ({}) VALUES ({}){}", words.insert, tasks, record_columns, marks(8),
                    words.skip);
  lookup = fmt::format("SELECT {} FROM {} WHERE id = ?", record_columns, tasks);
  lookup_held = fmt::format("SELECT held_until FROM {} WHERE id = ?", tasks);
  const auto written = fmt::format(
      "UPDATE {} SET next_run_time = ?, queue = ?, priority = ?, revision = ?, fence = ?,"
      " worker = ?, state = ?",
      tasks);
  update = written + " WHERE id = ? AND revision = ? AND fence <= ?";
  settle = written + ", held_until = NULL WHERE id = ? AND revision = ? AND fence = ?";
  extend_edited = fmt::format(
      "UPDATE {} SET revision = revision + 1, next_run_time = ?, held_until = ?"
      " WHERE id = ? AND fence = ?",
      tasks);
  extend = extend_edited + " AND revision = ?";
  take = fmt::format(
      "UPDATE {} SET revision = revision + 1, fence = fence + 1, next_run_time = ?,"
      " held_until = ? WHERE id = ? AND revision = ?",
      tasks);
  remove = fmt::format("DELETE FROM {} WHERE id = ? AND revision = ?", tasks);
  remove_all = fmt::format("DELETE FROM {}", tasks);
  put_aside = fmt::format(
      "INSERT INTO {0} (put_aside, {1}) SELECT ?, {1} FROM {2} WHERE id = ? AND revision = ?",
      unreadable, record_columns, tasks);
  keys = fmt::format("SELECT id, next_run_time FROM {} ORDER BY next_run_time, id", tasks);
  held = fmt::format("SELECT COUNT(*) FROM {} WHERE held_until > ?", tasks);
  next_shelf = next_shelf_of(*this);
  all_shelves = all_shelves_of(*this);
  shelf_keys = fmt::format(
      "SELECT id, next_run_time FROM {} WHERE queue = ? AND priority = ?"
      " ORDER BY next_run_time, id LIMIT ?",
      tasks);

  const auto into_history =
      fmt::format("INSERT INTO {} (task_tag, fence, part, recorded, state)", history);
  add_run = fmt::format("{} VALUES ({}){}", into_history, marks(5), words.replace_run);
  add_held_run = fmt::format(
      "{} SELECT {}{} WHERE EXISTS (SELECT 1 FROM {} WHERE id = ?"
      " AND fence = ?){}",
      into_history, marks(5), words.from_nothing, tasks, words.replace_run);
  find_run = fmt::format(
      "SELECT task_tag, fence, part, recorded, state FROM {}"
      " WHERE task_tag = ? AND fence = ? AND part = 0",
      history);
  age_runs = fmt::format("DELETE FROM {} WHERE recorded < ?", history);
  last_surplus = fmt::format(
      "SELECT recorded FROM (SELECT recorded, SUM(LENGTH(state)) OVER (ORDER BY recorded DESC,"
      " task_tag, fence, part) AS total FROM {}) AS sums WHERE total > ?"
      " ORDER BY recorded DESC LIMIT 1",
      history);
  cut_runs = fmt::format("DELETE FROM {} WHERE recorded <= ?", history);

  update_worker = fmt::format(
      "UPDATE {} SET put = ?, expires = ?, content = ?, owner = ?"
      " WHERE kind = ? AND name = ? AND (owner = ? OR expires <= ?)",
      notes);
  add_note = fmt::format("{} INTO {} (put, expires, content, owner, kind, name) VALUES ({}){}",
                         words.insert, notes, marks(6), words.skip);
  put_note = fmt::format("UPDATE {} SET put = ?, content = ? WHERE kind = ? AND name = ?", notes);
  remove_note = fmt::format("DELETE FROM {} WHERE kind = ? AND name = ?", notes);
  remove_worker = remove_note + " AND owner = ?";
  notes_of = fmt::format(
      "SELECT name, expires, content FROM {}"
      " WHERE kind = ? AND (expires IS NULL OR expires > ?) ORDER BY name",
      notes);
  queue_notes = fmt::format("SELECT COUNT(*), COALESCE(MAX(put), 0) FROM {} WHERE kind = ?", notes);
}

std::string SqlStatements::marks(std::size_t count)
{
  std::string text;
  for (std::size_t i = 0; i < count; ++i) text += i == 0 ? "?" : ", ?";
  return text;
}

}  // namespace asyncz::stores
