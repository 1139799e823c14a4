// SPDX-License-Identifier: MIT
#include "cli/worker/exporter.hpp"

#include "cli/files/output_file.hpp"
#include "run/wait.hpp"

#include <fmt/format.h>

#include <signal.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <array>
#include <cstdint>
#include <utility>

namespace asyncz::cli {
namespace {

using namespace std::chrono_literals;

constexpr Duration shortest_interval = 1s;  // between two writings of the file
constexpr Duration longest_interval = 15s;  // what a scraper usually has

}  // namespace

Exporter::Exporter(WorkerReport& report, Metrics& metrics, WorkerLog& log)
    : report_{report}, metrics_{metrics}, log_{log}, stop_{::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)}
{
}

Exporter::~Exporter()
{
  const std::uint64_t one = 1;
  static_cast<void>(::write(stop_.get(), &one, sizeof one) < 0);
  for (auto& thread : threads_) thread.join();
  if (file_.empty()) return;
  if (stays_) {
    report_.expire();
    static_cast<void>(write_file());
  } else {
    ::unlink(file_.c_str());
  }
}

Status Exporter::write_to(const std::string& file, bool stays)
{
  file_ = file;
  stays_ = stays;
  if (auto written = write_file(); !written) {
    file_.clear();
    return written;
  }
  start([this] { keep_file_fresh(); });
  return {};
}

Status Exporter::listen_at(std::string_view address)
{
  auto server = HttpServer::listen(address);
  if (!server) return server.error();
  server_ = *std::move(server);
  log_.say(Severity::note, {}, fmt::format("metrics are at http://{}/metrics", server_->address()));
  start([this] {
    server_->serve([this](const HttpRequest& request) { return report_.answer(request); },
                   stop_.get());
  });
  return {};
}

Status Exporter::write_file()
{
  return write_output(file_, report_.metrics(MetricsFormat::prometheus), Sharing::everybody);
}

void Exporter::keep_file_fresh()
{
  bool trouble = false;
  for (;;) {
    if (wait_for(std::array{stop_.get()}, from_now(shortest_interval))[0]) return;
    metrics_.clear();
    const auto written = write_file();
    if (!written && !trouble) log_.say(Severity::error, {}, written.error().what);
    trouble = !written;
    const auto until = from_now(longest_interval);
    if (wait_for(std::array{stop_.get(), metrics_.fd()}, until)[0]) return;
  }
}

// Signals are for the worker's loop.
void Exporter::start(std::function<void()> work)
{
  sigset_t all;
  sigset_t before;
  ::sigfillset(&all);
  ::pthread_sigmask(SIG_SETMASK, &all, &before);
  threads_.emplace_back(std::move(work));
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

}  // namespace asyncz::cli
