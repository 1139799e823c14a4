// SPDX-License-Identifier: MIT
#include "import/cron_daemon.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace asyncz;
using namespace std::chrono_literals;

namespace {

const Zone berlin = *Zone::load("Europe/Berlin");

// The times of the day on the clocks of Berlin at which a line is started.
std::vector<std::string> starts(CronDialect dialect, std::string_view line,
                                std::chrono::sys_days day,
                                const std::optional<Zone>& table_zone = std::nullopt,
                                const Zone& zone = berlin)
{
  const auto reading = read_cron_line(std::string{line} + " true", dialect);
  REQUIRE(reading.kind == CronReading::Kind::clock);
  std::vector<std::string> times;
  const Instant from = day - 2h;
  for (const auto at : CronDaemon{dialect, zone, table_zone}.starts(reading, from, from + 12h)) {
    times.push_back(rfc3339(at, zone.offset_at(at)).substr(11, 5));
  }
  return times;
}

using Times = std::vector<std::string>;

constexpr auto gap = std::chrono::sys_days{2027y / 3 / 28};    // 02:00 becomes 03:00
constexpr auto fold = std::chrono::sys_days{2027y / 10 / 31};  // 03:00 becomes 02:00

}  // namespace

TEST_CASE("Vixie's crons make up for what a gap skips, each minute of it by itself")
{
  for (const auto dialect : {CronDialect::cronie, CronDialect::vixie}) {
    CHECK(starts(dialect, "30 2 * * *", gap) == Times{"03:00"});
    CHECK(starts(dialect, "10,40 2 * * *", gap) == Times{"03:00", "03:00"});
    CHECK(starts(dialect, "30 3 * * *", gap) == Times{"03:30"});
    CHECK(starts(dialect, "*/30 2 * * *", gap).empty());
    CHECK(starts(dialect, "0 * * * *", gap).size() == 12);
  }
}

TEST_CASE("Vixie's crons start in a repeated hour what has a wildcard, and nothing else")
{
  for (const auto dialect : {CronDialect::cronie, CronDialect::vixie}) {
    CHECK(starts(dialect, "30 2 * * *", fold) == Times{"02:30"});
    CHECK(starts(dialect, "*/30 2 * * *", fold) == Times{"02:00", "02:30", "02:00", "02:30"});
    CHECK(starts(dialect, "0 * * * *", fold).size() == 12);
    CHECK(starts(dialect, "0 3 * * *", fold) == Times{"03:00"});
  }
}

TEST_CASE("cronie neither looks after the clocks of CRON_TZ, nor runs it in an hour repeated here")
{
  const auto new_york = Zone::load("America/New_York");
  const auto utc = Zone::load("UTC");
  REQUIRE(new_york);
  const auto there = std::chrono::sys_days{2027y / 3 / 14};
  CHECK(starts(CronDialect::cronie, "30 2 * * *", there, *new_york).empty());
  CHECK(starts(CronDialect::cronie, "30 1 * * *", fold, *utc).empty());
  CHECK(starts(CronDialect::cronie, "30 1 * * *", gap, *utc) == Times{"03:30"});
  CHECK(starts(CronDialect::vixie, "30 1 * * *", fold, *utc) == Times{"01:30"});
}

TEST_CASE("busybox and dcron ask each minute of the local clock")
{
  for (const auto dialect : {CronDialect::busybox, CronDialect::dcron}) {
    CHECK(starts(dialect, "30 2 * * *", gap).empty());
    CHECK(starts(dialect, "30 2 * * *", fold) == Times{"02:30", "02:30"});
    CHECK(starts(dialect, "0 * * * *", gap).size() == 12);
  }
}

TEST_CASE("FreeBSD's cron keeps jobs at their old time for the hour after a change")
{
  const auto bsd = CronDialect::bsd;
  CHECK(starts(bsd, "30 2 * * *", gap) == Times{"03:30"});
  CHECK(starts(bsd, "30 1,2 * * *", gap) == Times{"01:30"});
  CHECK(starts(bsd, "30 2,3 * * *", gap) == Times{"03:30"});
  CHECK(starts(bsd, "*/30 2 * * *", gap) == Times{"03:00"});
  CHECK(starts(bsd, "30 2 * * *", fold) == Times{"02:30"});
  CHECK(starts(bsd, "0 2,3 * * *", fold) == Times{"02:00", "02:00", "03:00"});
  CHECK(starts(bsd, "0 * * * *", fold).size() == 12);
}

TEST_CASE("half an hour and a whole day are changes of clocks as well")
{
  const auto lord_howe = Zone::load("Australia/Lord_Howe");
  const auto apia = Zone::load("Pacific/Apia");
  REQUIRE(apia);
  const auto half = std::chrono::sys_days{2027y / 10 / 2} + std::chrono::days{0};
  CHECK(starts(CronDialect::cronie, "15 2 * * *", half + std::chrono::days{1}, {}, *lord_howe)
            .empty());
  const auto reading = read_cron_line("0 12 30 12 * true", CronDialect::cronie);
  const Instant from = std::chrono::sys_days{2011y / 12 / 29};
  CHECK(CronDaemon{CronDialect::cronie, *apia, {}}.starts(reading, from, from + 72h).empty());
}
