// SPDX-License-Identifier: MIT
#include "import/cron_dialect.hpp"

#include "base/text.hpp"
#include "crontab_matcher.hpp"
#include "import/cron_comparison.hpp"

#include <doctest/doctest.h>

#include <array>
#include <cstdlib>
#include <fstream>
#include <random>
#include <string>
#include <vector>

using namespace asyncz;

namespace {

// A row of the measured table: a field, its range, and what each cron made of it.
struct Row {
  std::string field;
  std::string range;
  std::array<std::string, 4> readings;  // cronie, vixie, busybox, dcron
};

std::vector<Row> measured()
{
  const char* const data = std::getenv("ASYNCZ_TEST_DATA");
  REQUIRE(data != nullptr);
  std::ifstream file{std::string{data} + "/crontabs.txt"};
  std::vector<Row> rows;
  bool inside = false;
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with("#@")) inside = line.find("dialect=field4") != std::string::npos;
    const auto arrow = line.find(" => ");
    if (!inside || arrow == std::string::npos || line.starts_with('#')) continue;
    const auto left = split(std::string_view{line}.substr(0, arrow), '|');
    const auto right = split(std::string_view{line}.substr(arrow + 4), '|');
    Row& row = rows.emplace_back();
    row.field = trimmed(left[0]);
    row.range = trimmed(left[1]);
    for (std::size_t i = 0; i < 4; ++i) row.readings.at(i) = trimmed(right[i]);
  }
  return rows;
}

constexpr std::array<std::string_view, 5> ranges{"0-59", "0-23", "1-31", "1-12", "0-7"};

// Five fields of which one is this one.
std::vector<std::string> with_field(const Row& row)
{
  std::vector<std::string> fields(5, "*");
  for (std::size_t i = 0; i < 5; ++i) {
    if (row.range == ranges.at(i)) fields[i] = row.field;
  }
  return fields;
}

// The values of a reading, in the form of the table.
std::string values_of(const std::vector<std::string>& fields, const Row& row)
{
  for (std::size_t i = 0; i < 5; ++i) {
    if (row.range == ranges.at(i)) return tests::CrontabMatcher::values_text(fields[i], row.range);
  }
  return "";
}

bool is_list(std::string_view reading)
{
  return reading.find_first_not_of("0123456789,") == std::string_view::npos;
}

}  // namespace

TEST_CASE("each field means what it meant to the cron that it comes from")
{
  const auto rows = measured();
  CHECK(rows.size() == 36);
  constexpr std::array dialects{CronDialect::cronie, CronDialect::vixie, CronDialect::busybox,
                                CronDialect::dcron};
  for (const auto& row : rows) {
    for (std::size_t i = 0; i < 4; ++i) {
      const auto& reading = row.readings.at(i);
      const auto translated = translated_fields(with_field(row), dialects.at(i));
      CAPTURE(row.field);
      CAPTURE(row.range);
      CAPTURE(reading);
      CAPTURE(cron_dialect_text(dialects.at(i)));
      const bool no_day = reading == "0" && row.range == "1-31";
      if (reading == "random") {
        CHECK(translated);
      } else if ((is_list(reading) || reading == "ALL") && !no_day) {
        REQUIRE(translated);
        const auto expected =
            tests::CrontabMatcher::values_text(reading == "ALL" ? "*" : reading, row.range);
        CHECK(values_of(*translated, row) == expected);
      } else {
        CHECK_FALSE(translated);
      }
    }
  }
}

TEST_CASE("what means the same is left as it was written")
{
  const std::vector<std::string> fields{"*/5", "8-18", "1,15", "jul", "Mon-fri"};
  for (const auto dialect : {CronDialect::cronie, CronDialect::vixie, CronDialect::busybox}) {
    CHECK(*translated_fields(fields, dialect) == fields);
  }
}

TEST_CASE("both day fields are joined as that cron joined them")
{
  const std::vector<std::string> star_days{"0", "0", "*/2", "*", "mon"};
  CHECK(*translated_fields(star_days, CronDialect::cronie) == star_days);
  CHECK((*translated_fields(star_days, CronDialect::busybox))[2] ==
        "2,4,6,8,10,12,14,16,18,20,22,24,26,28,30");
  CHECK_FALSE(translated_fields({"0", "0", "1,5", "*", "mon"}, CronDialect::dcron));
}

TEST_CASE("busybox and dcron drop a day field that names every day")
{
  const std::vector<std::string> every_weekday{"0", "0", "5", "*", "0-6"};
  CHECK((*translated_fields(every_weekday, CronDialect::busybox))[4] == "*");
  CHECK((*translated_fields(every_weekday, CronDialect::dcron))[4] == "*");
  CHECK(*translated_fields(every_weekday, CronDialect::cronie) == every_weekday);
  CHECK((*translated_fields({"0", "0", "$", "*", "*"}, CronDialect::vixie))[2] == "L");
}

TEST_CASE("an error that a cron logs is told with what it ran at")
{
  const auto error = [](const std::string& weekday) {
    return translated_fields({"0", "0", "*", "*", weekday}, CronDialect::busybox).error().what;
  };
  CHECK(error("7") == "day-of-week: busybox logs an error at '7' and runs at 0-6");
  CHECK(error("L") == "day-of-week: busybox logs an error at 'L' and never runs");
}

namespace {

// Fields with all that crons disagree on.
std::string odd_field(std::mt19937& random, int low, int high)
{
  const auto number = [&](int from, int to) {
    return std::to_string(std::uniform_int_distribution{from, to}(random));
  };
  switch (std::uniform_int_distribution{0, 9}(random)) {
    case 0:
      return number(low, high);
    case 1:
      return number(low, high) + "-" + number(low, high);
    case 2:
      return number(low, high) + "-" + number(low, high) + "/" + number(0, high + 5);
    case 3:
      return "*/" + number(1, high + 5);
    case 4:
      return number(low, high) + "/" + number(1, 9);
    case 5:
      return number(0, high + 3) + "," + number(low, high);
    case 6:
      return number(low, low) + "-" + number(high - 1, high);
    default:
      return "*";
  }
}

}  // namespace

TEST_CASE("what is carried over from a cron runs as it ran there, whatever its fields")
{
  std::mt19937 random{20261123};
  int carried = 0;
  for (int i = 0; i < 1500; ++i) {
    const auto dialect = static_cast<CronDialect>(i % 5);
    std::vector<std::string> fields;
    std::string line;
    for (const auto range : ranges) {
      const auto ends = split(range, '-');
      fields.push_back(
          odd_field(random, std::stoi(std::string{ends[0]}), std::stoi(std::string{ends[1]})));
      line += fields.back() + " ";
    }
    const auto translated = translated_fields(fields, dialect);
    if (!translated) continue;
    Task task;
    task.timezone = "UTC";
    task.trigger.kind = TriggerKind::cron;
    for (const auto& field : *translated) task.trigger.expression += field + " ";
    if (!compile(task.trigger, Zone{}, "id")) continue;  // no year has such a date
    const Instant begin = std::chrono::sys_days{std::chrono::year{2027} / 1 / 1};
    CAPTURE(line);
    CAPTURE(task.trigger.expression);
    CAPTURE(cron_dialect_text(dialect));
    CHECK(CronComparison{dialect, Zone{}, begin}.compare(line + "a", task).notes.empty());
    ++carried;
  }
  CHECK(carried > 200);
}
