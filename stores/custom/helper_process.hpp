// SPDX-License-Identifier: MIT
// A helper program at work, and the lines that go to and fro between it and us.
#pragma once

#include "base/line_buffer.hpp"
#include "base/result.hpp"
#include "base/unique_fd.hpp"
#include "time/instant.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace asyncz::stores {

// What is started, and how it is treated.
struct HelperProgram {
  std::string name;                                 // asyncz-store-NAME
  std::string path;                                 // where that is
  Duration timeout{0};                              // for taking a line, and for giving one
  std::function<void(std::string_view line)> tell;  // what it says on stderr goes there
};

// Where the program is: in the first of PATH's absolute folders that has it.
//   usage  in none of them
Result<std::string> find_helper(const std::string& name);

// One process of it, for one thread at a time. It has neither our keys nor our descriptors, is in
// a process group of its own, and learns of our end by the end of its stdin.
class HelperProcess {
 public:
  //   unavailable  it cannot be started
  static Result<std::unique_ptr<HelperProcess>> start(const HelperProgram& program);

  HelperProcess(const HelperProcess&) = delete;
  HelperProcess& operator=(const HelperProcess&) = delete;
  // Closes its stdin and stdout; where it has not ended within a second it is killed.
  ~HelperProcess();

  //   unavailable  it has ended, or does not read within the timeout
  Status write_line(std::string line);

  // The next line, without its newline.
  //   unavailable  it has ended, or says nothing within the timeout
  //   corrupt      longer than wire::longest_line
  Result<std::string> read_line();

  // The next line if it is there already. Errors are those of read_line().
  Result<std::optional<std::string>> take_line();

  // Readable when a line may be there.
  [[nodiscard]] int fd() const { return out_.get(); }

  // Whether it ended by itself.
  [[nodiscard]] bool has_ended() const { return ended_; }

 private:
  HelperProcess(const HelperProgram& program) : program_{program} {}

  Status spawn(int in, int out, int err);
  void start_timer() const;
  Status wait_for(int fd, short events);
  Result<bool> read_some();
  void pass_on_stderr();
  Error ended();
  std::string how_it_ended();

  const HelperProgram& program_;
  UniqueFd in_;
  UniqueFd out_;
  UniqueFd err_;
  UniqueFd timer_;
  UniqueFd process_;  // pidfd_open(2)
  LineBuffer answers_;
  LineBuffer complaints_;  // what it says on stderr
  bool ended_ = false;
};

}  // namespace asyncz::stores
