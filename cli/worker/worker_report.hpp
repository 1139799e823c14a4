// SPDX-License-Identifier: MIT
// What monitoring is told of a worker and of its store.
#pragma once

#include "cli/command.hpp"
#include "cli/views/store_status.hpp"
#include "run/http_server.hpp"
#include "run/metrics.hpp"
#include "run/parts.hpp"
#include "run/wait.hpp"
#include "run/worker.hpp"

#include <functional>
#include <mutex>
#include <optional>
#include <string>

namespace asyncz::cli {

// All members may be called by any thread.
class WorkerReport {
 public:
  // All are borrowed. Nobody else uses `store` at the same time, unless it is one that allows it.
  WorkerReport(OpenStore& store, const Clock& clock, const Metrics& metrics,
               const WorkerOptions& options);

  // Before it is asked for anything; borrowed.
  void set_worker(Worker& worker) { worker_ = &worker; }

  std::string metrics(MetricsFormat format);

  // The store is to be looked at anew, however short ago it was.
  void expire();

  // `/metrics`, `/healthz` (the worker lives), `/readyz` (it takes work, and its store answers).
  HttpResponse answer(const HttpRequest& request);

 private:
  HttpResponse health();
  HttpResponse readiness();
  void look();
  void write_worker(Exposition& exposition) const;
  void write_store(Exposition& exposition, Instant now) const;

  OpenStore& store_;
  const Clock& clock_;
  const Metrics& metrics_;
  const WorkerOptions& options_;
  Instant since_;
  Worker* worker_ = nullptr;

  std::mutex mutex_;  // for all below, and the store
  std::optional<StoreStatus> seen_;
  Steady::time_point look_due_;
  Status reached_;
  Steady::time_point reach_due_;
};

}  // namespace asyncz::cli
