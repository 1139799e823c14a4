// SPDX-License-Identifier: MIT
// The conformance suite on the store that this is linked with the harness of.
#include "stores/conformance.hpp"
#include "stores/conformance/conformance.hpp"
#include "stores/records.hpp"
#include "stores/steps.hpp"
#include "time/clock.hpp"

#include <doctest/doctest.h>

using namespace asyncz;
using namespace asyncz::tests;
using namespace asyncz::stores;

namespace {

Result<conformance::Report> try_out(Harness& harness)
{
  const auto open = [&] { return Result{harness.open()}; };
  return conformance::try_out(open, system_clock().now(), [](const conformance::Finding& finding) {
    CAPTURE(finding.check);
    CHECK(finding.problem.value_or("") == "");
  });
}

}  // namespace

TEST_CASE("the store keeps what every store promises, and is empty afterwards")
{
  const auto harness = make_harness();
  const auto report = try_out(*harness);
  REQUIRE(report);
  CHECK(report->is_right());
  CHECK(report->traits.leases == harness->leases);
  CHECK(report->traits.shares_history == harness->journal);
  CHECK(report->traits.shares_notes == harness->journal);
  CHECK(report->traits.watches == harness->watches);
  CHECK(try_out(*harness));
}

TEST_CASE("what cannot be read is put away where nothing takes it for a task")
{
  const auto harness = make_harness();
  const auto store = harness->open();
  const auto now = system_clock().now();
  REQUIRE(store->add_task(record_of("a", now - std::chrono::hours{1})));
  const auto place = store->quarantine("a");
  if (!place && place.error().kind == ErrorKind::usage) {
    CHECK(store->lookup_task("a"));  // it has no such place
    return;
  }
  REQUIRE(place);
  CHECK_FALSE(place->empty());
  const auto other = harness->open();
  CHECK(kind_of(other->lookup_task("a")) == ErrorKind::not_found);
  CHECK(all_ids(*other).empty());
  CHECK(count_due(*other, now) == 0);
  CHECK(kind_of(other->quarantine("a")) == ErrorKind::not_found);
  REQUIRE(other->add_task(record_of("a")));
  CHECK(other->quarantine("a"));
}

TEST_CASE("a store that is in use is not tried out")
{
  const auto harness = make_harness();
  const auto store = harness->open();
  REQUIRE(store->add_task(record_of("a")));
  CHECK(try_out(*harness).error().kind == ErrorKind::conflict);
  CHECK(store->lookup_task("a"));
  REQUIRE(store->remove_all_tasks());
  if (!harness->journal) return;
  REQUIRE(store->record_run(run_of(1, 1, noon)));
  CHECK(try_out(*harness).error().kind == ErrorKind::conflict);
  CHECK(store->find_run(1, 1, 0));
}
