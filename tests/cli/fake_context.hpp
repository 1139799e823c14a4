// SPDX-License-Identifier: MIT
// A context without a process: streams are texts.
#pragma once

#include "cli/command.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace asyncz::cli {

class FakeContext final : public Context {
 public:
  Globals given;
  bool terminal = false;
  bool colors = false;
  std::optional<int> width = 80;
  std::string output;
  std::string complaints;

  [[nodiscard]] const Globals& globals() const override { return given; }
  Result<const Settings*> settings() override { return &settings_; }
  Result<OpenStore> open(Access) override { return no_store(); }
  Result<OpenStore> open(std::string_view, Access) override { return no_store(); }
  [[nodiscard]] const Clock& clock() const override { return system_clock(); }
  void out(std::string_view text) override { output += text; }
  void warn(std::string_view clause) override { complain("warning: ", clause); }
  void note(std::string_view line) override { complain("", line); }
  void progress(std::string_view) override {}
  void error(const Error& error) override { complain("error: ", error.what); }
  [[nodiscard]] bool stdout_is_terminal() const override { return terminal; }
  [[nodiscard]] bool stderr_is_terminal() const override { return terminal; }
  [[nodiscard]] bool colored() const override { return colors; }
  [[nodiscard]] std::optional<int> known_columns() const override { return width; }
  [[nodiscard]] int rows() const override { return 24; }

 private:
  static Error no_store() { return {ErrorKind::unavailable, "no store here", ""}; }
  void complain(std::string_view prefix, std::string_view text)
  {
    complaints.append(prefix).append(text).append("\n");
  }

  Settings settings_;
};

}  // namespace asyncz::cli
