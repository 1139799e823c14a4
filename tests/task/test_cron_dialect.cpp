// SPDX-License-Identifier: MIT
#include "task/cron_dialect.hpp"

#include "base/text.hpp"
#include "crontab_matcher.hpp"

#include <doctest/doctest.h>

#include <array>
#include <cstdlib>
#include <fstream>
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
