// SPDX-License-Identifier: MIT
// The context of a real process: its streams, its configuration, its stores.
#pragma once

#include "cli/command.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace asyncz::cli {

class ProcessContext final : public Context {
 public:
  explicit ProcessContext(Globals globals);

  [[nodiscard]] const Globals& globals() const override { return globals_; }
  Result<const Settings*> settings() override;
  Result<OpenStore> open(Access access) override;
  Result<OpenStore> open(std::string_view name_or_url, Access access) override;
  [[nodiscard]] const Clock& clock() const override { return system_clock(); }

  void out(std::string_view text) override;
  void flush() override;
  void warn(std::string_view clause) override;
  void note(std::string_view line) override;
  void error(const Error& error) override;
  void progress(std::string_view line) override;

  [[nodiscard]] bool stdout_is_terminal() const override { return stdout_is_terminal_; }
  [[nodiscard]] bool stderr_is_terminal() const override { return stderr_is_terminal_; }
  [[nodiscard]] bool colored() const override { return colored_; }
  [[nodiscard]] std::optional<int> known_columns() const override;
  [[nodiscard]] int rows() const override;

  // Writes what is still held back.
  //   failed  something could not be written to stdout
  Status finish();

 private:
  void complain(std::string_view text);

  Globals globals_;
  bool stdout_is_terminal_;
  bool stderr_is_terminal_;
  bool colored_;
  std::optional<Settings> settings_;
  std::string held_back_;
  int write_errno_ = 0;
  bool progress_is_shown_ = false;
};

}  // namespace asyncz::cli
