// SPDX-License-Identifier: MIT
// The context of a worker: what is said goes to its log, its store is measured, and its
// configuration can be read again.
#pragma once

#include "cli/command.hpp"
#include "run/metrics.hpp"
#include "run/worker_log.hpp"

#include <optional>
#include <string_view>

namespace asyncz::cli {

class WorkerContext final : public Context {
 public:
  // All outlive it; `metrics` may be null.
  WorkerContext(Context& outer, WorkerLog& log, Metrics* metrics)
      : outer_{outer}, log_{log}, metrics_{metrics}
  {
  }

  // Reads the configuration again; the store stays the one that was named at the start.
  Status reload();

  [[nodiscard]] const Globals& globals() const override { return outer_.globals(); }
  Result<const Settings*> settings() override;
  Result<OpenStore> open(Access access) override;
  Result<OpenStore> open(std::string_view name_or_url, Access access) override;
  [[nodiscard]] const Clock& clock() const override { return outer_.clock(); }

  void out(std::string_view text) override { outer_.out(text); }
  void flush() override { outer_.flush(); }
  void warn(std::string_view clause) override { log_.say(Severity::warning, {}, clause); }
  void note(std::string_view line) override { log_.say(Severity::note, {}, line); }
  void error(const Error& error) override { log_.say(Severity::error, {}, error.what); }
  void progress(std::string_view) override {}

  [[nodiscard]] bool stdout_is_terminal() const override { return outer_.stdout_is_terminal(); }
  [[nodiscard]] bool stderr_is_terminal() const override { return outer_.stderr_is_terminal(); }
  [[nodiscard]] bool colored() const override { return outer_.colored(); }
  [[nodiscard]] std::optional<int> known_columns() const override { return outer_.known_columns(); }
  [[nodiscard]] int rows() const override { return outer_.rows(); }

 private:
  Context& outer_;
  WorkerLog& log_;
  Metrics* metrics_;
  std::optional<Settings> reloaded_;
};

}  // namespace asyncz::cli
