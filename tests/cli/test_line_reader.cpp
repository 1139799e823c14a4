// SPDX-License-Identifier: MIT
#include "cli/files/line_reader.hpp"

#include <doctest/doctest.h>

#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <string>
#include <vector>

namespace asyncz::cli {
namespace {

class TemporaryFile {
 public:
  explicit TemporaryFile(const std::string& content)
  {
    const int fd = ::mkstemp(name_.data());
    REQUIRE(fd >= 0);
    ::close(fd);
    std::ofstream{name_, std::ios::binary} << content;
  }
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;
  ~TemporaryFile() { ::unlink(name_.c_str()); }

  [[nodiscard]] const std::string& name() const { return name_; }

 private:
  std::string name_ = "/tmp/asyncz-test-XXXXXX";
};

std::vector<std::string> lines_of(const std::string& content)
{
  const TemporaryFile file{content};
  auto reader = LineReader::open(file.name(), 1 << 20);
  REQUIRE(reader);
  std::vector<std::string> lines;
  for (auto line = reader->next(); line && *line; line = reader->next()) lines.emplace_back(**line);
  return lines;
}

TEST_CASE("lines come one by one, the last also without its end")
{
  CHECK(lines_of("") == std::vector<std::string>{});
  CHECK(lines_of("a\n\nb") == std::vector<std::string>{"a", "", "b"});
  CHECK(lines_of("a\nb\n") == std::vector<std::string>{"a", "b"});
}

TEST_CASE("a line may be longer than what is read at once")
{
  const std::string wide(700'000, 'x');
  CHECK(lines_of(wide + "\ny") == std::vector<std::string>{wide, "y"});
}

TEST_CASE("a line beyond the limit is refused, not kept")
{
  const TemporaryFile file{std::string(5000, 'x')};
  auto reader = LineReader::open(file.name(), 4096);
  REQUIRE(reader);
  CHECK_FALSE(reader->next());
}

TEST_CASE("a file that is not there is a usage error")
{
  const auto reader = LineReader::open("/nonexistent/file", 1);
  REQUIRE_FALSE(reader);
  CHECK(reader.error().kind == ErrorKind::usage);
}

}  // namespace
}  // namespace asyncz::cli
