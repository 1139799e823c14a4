// SPDX-License-Identifier: MIT
// A directory that goes when the test is over.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

namespace asyncz::fakes {

class TempDir {
 public:
  TempDir()
  {
    const char* root = std::getenv("TMPDIR");
    path_ = std::string{root != nullptr ? root : "/tmp"} + "/asyncz-test-XXXXXX";
    if (::mkdtemp(path_.data()) == nullptr) std::abort();
  }
  TempDir(const TempDir&) = delete;
  TempDir& operator=(const TempDir&) = delete;
  ~TempDir()
  {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }

  [[nodiscard]] const std::string& path() const { return path_; }
  [[nodiscard]] std::string file(const std::string& name) const { return path_ + "/" + name; }

  [[nodiscard]] std::string read(const std::string& name) const
  {
    std::ifstream in{file(name), std::ios::binary};
    std::ostringstream out;
    out << in.rdbuf();
    return out.str();
  }

  void write(const std::string& name, const std::string& text) const
  {
    std::ofstream{file(name), std::ios::binary} << text;
  }

 private:
  std::string path_;
};

}  // namespace asyncz::fakes
