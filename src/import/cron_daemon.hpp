// SPDX-License-Identifier: MIT
// When other crons start the job of a line: their main loops, minute by minute, with what each does
// where clocks change. Nothing here knows how asyncz computes times.
#pragma once

#include "import/cron_reading.hpp"
#include "time/zone.hpp"

#include <optional>
#include <vector>

namespace asyncz {

// A daemon that has run all the time, on a machine in this zone.
//
// cronie, vixie: local changes of less than three hours are known for what they are. What a gap
// skips is made up for at its end, minute by minute; a repeated hour starts wildcard jobs alone.
// bsd: FreeBSD's with -s, its default. Jobs that have not run for an hour keep their old time
// through the hour after a gap; in a repeated hour they are held until they would run by the old
// time. busybox, dcron: each minute of the local clock is asked, whatever clocks do.
class CronDaemon {
 public:
  // `table_zone`: the CRON_TZ of a table, which cronie alone knows. Its own changes of clocks are
  // not looked after.
  CronDaemon(CronDialect dialect, Zone zone, const std::optional<Zone>& table_zone);

  // Whose local minutes the fields are compared with.
  [[nodiscard]] const Zone& clock_zone() const { return table_zone_ ? *table_zone_ : zone_; }

  // The minutes from `from` (which no change of clocks is near) to before `to` in which it starts
  // the job, each as often as it does.
  [[nodiscard]] std::vector<Instant> starts(const CronReading& reading, Instant from,
                                            Instant to) const;

 private:
  [[nodiscard]] std::vector<Instant> plain_starts(const CronReading& reading, Instant from,
                                                  Instant to) const;
  [[nodiscard]] std::vector<Instant> vixie_starts(const CronReading& reading, Instant from,
                                                  Instant to) const;
  [[nodiscard]] std::vector<Instant> freebsd_starts(const CronReading& reading, Instant from,
                                                    Instant to) const;

  CronDialect dialect_;
  Zone zone_;
  std::optional<Zone> table_zone_;
};

}  // namespace asyncz
