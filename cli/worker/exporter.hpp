// SPDX-License-Identifier: MIT
// Where the metrics of a worker go: a file for the node exporter, a port for a scraper.
#pragma once

#include "base/result.hpp"
#include "base/unique_fd.hpp"
#include "cli/worker/worker_report.hpp"
#include "run/http_server.hpp"
#include "run/metrics.hpp"
#include "run/worker_log.hpp"

#include <functional>
#include <optional>
#include <string>
#include <thread>
#include <vector>

namespace asyncz::cli {

// Each place has a thread of its own, so that nothing there keeps the worker waiting.
class Exporter {
 public:
  // All are borrowed.
  Exporter(WorkerReport& report, Metrics& metrics, WorkerLog& log);
  Exporter(const Exporter&) = delete;
  Exporter& operator=(const Exporter&) = delete;
  ~Exporter();

  // Writes the file at once and then as things happen. It goes with the exporter unless `stays`.
  //   denied, failed
  Status write_to(const std::string& file, bool stays);

  // Answers there; where that is, is logged.
  //   usage, denied, failed
  Status listen_at(std::string_view address);

 private:
  Status write_file();
  void keep_file_fresh();
  void start(std::function<void()> work);

  WorkerReport& report_;
  Metrics& metrics_;
  WorkerLog& log_;
  UniqueFd stop_;
  std::string file_;
  bool stays_ = false;
  std::optional<HttpServer> server_;
  std::vector<std::thread> threads_;
};

}  // namespace asyncz::cli
