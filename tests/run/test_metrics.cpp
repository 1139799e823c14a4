// SPDX-License-Identifier: MIT
#include "run/metrics.hpp"

#include <doctest/doctest.h>

#include <array>

namespace asyncz {
namespace {

using namespace std::chrono_literals;

std::string text_of(const Metrics& metrics, MetricsFormat format)
{
  Exposition exposition{format};
  metrics.write(exposition);
  return std::move(exposition).finish();
}

bool has(const std::string& text, std::string_view line)
{
  return ("\n" + text).find("\n" + std::string{line} + "\n") != std::string::npos;
}

TEST_CASE("buckets count what is at most their bound")
{
  constexpr std::array bounds{0.5, 1.0};
  Histogram histogram{bounds};
  for (const double value : {0.5, 0.7, 2.0}) histogram.add(value);
  Exposition exposition{MetricsFormat::prometheus};
  exposition.begin_histogram("x_seconds", "How long.");
  exposition.sample({{"queue", "q"}}, histogram);
  CHECK(std::move(exposition).finish() ==
        "# HELP x_seconds How long.\n"
        "# TYPE x_seconds histogram\n"
        "x_seconds_bucket{queue=\"q\",le=\"0.5\"} 1\n"
        "x_seconds_bucket{queue=\"q\",le=\"1.0\"} 2\n"
        "x_seconds_bucket{queue=\"q\",le=\"+Inf\"} 3\n"
        "x_seconds_sum{queue=\"q\"} 3.2\n"
        "x_seconds_count{queue=\"q\"} 3\n");
}

TEST_CASE("a label cannot break out of its line")
{
  Exposition exposition{MetricsFormat::openmetrics};
  exposition.begin_counter("x", "Help.");
  exposition.sample({{"a", "\"\\\n"}}, 1);
  CHECK(std::move(exposition).finish() ==
        "# HELP x Help.\n# TYPE x counter\nx_total{a=\"\\\"\\\\\\n\"} 1\n# EOF\n");
}

TEST_CASE("a run counts once, by its queue and outcome; a stretch as often as it says")
{
  Metrics metrics;
  Run run;
  run.queue = "mail";
  run.start = run.scheduled + 20ms;
  metrics.started(run);
  run.end = *run.start + 2s;
  run.state = RunState::timed_out;
  metrics.ended();
  metrics.recorded(run);
  Run missed;
  missed.queue = "mail";
  missed.state = RunState::missed;
  missed.stretch = Run::Stretch{missed.scheduled, missed.scheduled + 4s, 5};
  metrics.recorded(missed);
  const auto text = text_of(metrics, MetricsFormat::prometheus);
  CHECK(has(text, "asyncz_running 0"));
  CHECK(has(text, "asyncz_runs_total{queue=\"mail\",outcome=\"timed-out\"} 1"));
  CHECK(has(text, "asyncz_runs_total{queue=\"mail\",outcome=\"missed\"} 5"));
  CHECK(has(text, "asyncz_run_lateness_seconds_sum{queue=\"mail\"} 0.02"));
  CHECK(has(text, "asyncz_run_duration_seconds_count{queue=\"mail\"} 1"));
}

TEST_CASE("that something is not there is an answer, that nobody answers is an error")
{
  Metrics metrics;
  const Error missing{ErrorKind::not_found, "no such task", ""};
  const Error gone{ErrorKind::unavailable, "no answer", ""};
  metrics.store_answered("lookup", 1ms, &missing);
  metrics.store_answered("lookup", 1ms, nullptr);
  metrics.store_answered("settle", 3s, &gone);
  const auto text = text_of(metrics, MetricsFormat::openmetrics);
  CHECK(has(text, "asyncz_store_operation_seconds_count{operation=\"lookup\"} 2"));
  CHECK(text.find("asyncz_store_errors_total{operation=\"lookup\"") == std::string::npos);
  CHECK(has(text, "asyncz_store_errors_total{operation=\"settle\",kind=\"unavailable\"} 1"));
}

}  // namespace
}  // namespace asyncz
