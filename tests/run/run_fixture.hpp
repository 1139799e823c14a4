// SPDX-License-Identifier: MIT
// A worker on a real store in a directory of its own, whose tasks write to files there.
#pragma once

#include "run/run_log.hpp"
#include "run/worker.hpp"
#include "stores/registry.hpp"
#include "task/lifecycle.hpp"
#include "tests/fakes/temp_dir.hpp"
#include "time/clock.hpp"
#include "vault/vault.hpp"

#include <doctest/doctest.h>

#include <signal.h>

#include <algorithm>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

namespace asyncz {

class OneKey final : public KeySource {
 public:
  Result<std::shared_ptr<const Keyring>> load() override { return ring_; }

 private:
  std::shared_ptr<const Keyring> ring_ = std::make_shared<Keyring>(Key::random());
};

class QuietLog final : public WorkerLog {
 public:
  void say(Severity severity, std::string_view run, std::string_view clause) override
  {
    const std::lock_guard lock{mutex_};
    if (severity <= Severity::warning)
      complaints.push_back(std::string{run} + " " + std::string{clause});
  }
  void output(std::string_view run, std::string_view lines) override
  {
    shown += std::string{run} + ": " + std::string{lines};
    if (on_output) on_output();
  }

  std::vector<std::string> complaints;
  std::string shown;
  std::function<void()> on_output;

 private:
  std::mutex mutex_;
};

class WorkerFixture {
 public:
  WorkerFixture()
  {
    // As in a process of its own: no thread but the worker's loop may be given these signals.
    sigset_t meant_for_worker;
    ::sigemptyset(&meant_for_worker);
    for (const int signal : {SIGCHLD, SIGTERM, SIGINT}) ::sigaddset(&meant_for_worker, signal);
    ::pthread_sigmask(SIG_BLOCK, &meant_for_worker, nullptr);
    open("file://" + dir.file("store"));
    options.log_folder = log_folder(*store);
    options.name = "test-worker";
    options.concurrency = 2;
    options.drain = true;
  }

  // Another store, or the same one as another process would have it.
  void open(const std::string& url)
  {
    auto opened = stores::open_store({.url = url, .create = true});
    REQUIRE(opened);
    use(*std::move(opened));
  }

  void use(std::unique_ptr<Store> another)
  {
    vault.reset();
    store = std::move(another);
    vault = std::make_unique<Vault>(*store, keys, system_clock(),
                                    [this](std::string_view id, const Error& error) {
                                      log.complaints.push_back(std::string{id} + " " + error.what);
                                    });
    REQUIRE(vault->unlock(true));
  }

  // A shell line, due at once unless `change` says otherwise.
  void add(const std::string& id, const std::string& line,
           const std::function<void(Task&)>& change = {})
  {
    const auto now = system_clock().now();
    StoredTask stored;
    auto& task = stored.task;
    task.id = id;
    task.name = id;
    task.argv = {line};
    task.shell = true;
    task.cwd = dir.path();
    task.trigger = {.kind = TriggerKind::date, .at = now};
    if (change) change(task);
    stored.progress.created = now;
    REQUIRE(plan(stored, now, [] { return 0.0; }));
    const auto added = vault->add({&stored, 1}).front();
    REQUIRE_MESSAGE(added, (added ? "" : added.error().what));
  }

  void drain()
  {
    Worker worker{*vault, *spawner, system_clock(), options, log};
    const auto status = worker.run();
    REQUIRE_MESSAGE(status, (status ? "" : status.error().what));
  }

  // Newest first.
  std::vector<Run> history()
  {
    std::vector<Run> runs;
    REQUIRE(vault->runs({}, {}, [&](Result<Run> run) {
      REQUIRE(run);
      runs.push_back(*std::move(run));
      return true;
    }));
    return runs;
  }

  std::size_t stored()
  {
    std::size_t count = 0;
    REQUIRE(vault->each([&](std::string_view, const Result<StoredTask>&) { return ++count > 0; }));
    return count;
  }

  fakes::TempDir dir;
  OneKey keys;
  QuietLog log;
  WorkerOptions options;
  std::unique_ptr<Store> store;
  std::unique_ptr<Vault> vault;
  std::unique_ptr<Spawner> spawner = *make_spawner();
};

}  // namespace asyncz
