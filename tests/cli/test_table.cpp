// SPDX-License-Identifier: MIT
#include "cli/terminal/table.hpp"
#include "tests/cli/fake_context.hpp"

#include <doctest/doctest.h>

#include <string>

namespace asyncz::cli {
namespace {

TEST_CASE("a program gets tab-separated lines without a header")
{
  FakeContext context;
  Table table{context, {"ID", "NAME"}};
  table.row({"a", "two words"});
  table.row({"b", ""});
  table.end();
  CHECK(context.output == "a\ttwo words\nb\t\n");
}

TEST_CASE("a terminal gets aligned columns under a header")
{
  FakeContext context;
  context.terminal = true;
  Table table{context, {"ID", "STATE", "NAME"}};
  table.row({"a", "due", "x"});
  table.row({"日本", "running", "y"});
  table.end();
  CHECK(context.output ==
        "ID    STATE    NAME\n"
        "a     due      x\n"
        "日本  running  y\n");
}

TEST_CASE("a column that may be cut ends at the terminal's edge")
{
  FakeContext context;
  context.terminal = true;
  context.width = 24;
  Table table{context, {"ID", {"NAME", Fit::cut}}};
  table.row({"abcdef", "0123456789abcdefghij"});
  table.end();
  CHECK(context.output == "ID      NAME\nabcdef  0123456789abcde…\n");
}

TEST_CASE("what can be spared goes before anything is cut")
{
  FakeContext context;
  context.terminal = true;
  context.width = 20;
  Table table{context, {"ID", {"SINCE", Fit::drop}, {"NAME", Fit::cut}}};
  table.row({"a", "yesterday", "0123456789abcdef"});
  table.end();
  CHECK(context.output == "ID  NAME\na   0123456789abcdef\n");
}

TEST_CASE("the widest of several columns gives way, and what must be whole is whole")
{
  FakeContext context;
  context.terminal = true;
  context.width = 38;
  Table table{context, {"ID", {"SCHEDULE", Fit::cut}, {"NAME", Fit::cut}}};
  table.row({"0123456789", "0123456789abcdefghij", "0123456789ab"});
  table.end();
  CHECK(context.output ==
        "ID          SCHEDULE      NAME\n"
        "0123456789  0123456789a…  0123456789ab\n");
}

TEST_CASE("an id gives way last, and keeps the beginning that no other has")
{
  FakeContext context;
  context.terminal = true;
  context.width = 36;
  Table table{context, {{"ID", Fit::prefix}, {"NAME", Fit::cut}}};
  table.row({"nightly-backup-of-berlin", "0123456789abcdefghij"});
  table.row({"nightly-backup-of-bergen", "x"});
  table.end();
  CHECK(context.output ==
        "ID                        NAME\n"
        "nightly-backup-of-berlin  0123456789a…\n"
        "nightly-backup-of-bergen  x\n");

  context.output.clear();
  context.width = 20;
  table.row({"nightly-backup-of-berlin", "x"});
  table.row({"weekly-archive-of-all", "x"});
  table.row({"short", "x"});
  table.end();
  CHECK(context.output ==
        "ID              NAME\n"
        "nightly-backu…  x\n"
        "weekly-archiv…  x\n"
        "short           x\n");
}

TEST_CASE("an id is whole where nobody knows how wide the terminal is")
{
  FakeContext context;
  context.terminal = true;
  context.width.reset();
  const std::string id(100, 'x');
  Table table{context, {{"ID", Fit::prefix}}};
  table.row({id});
  table.end();
  CHECK(context.output == "ID\n" + id + "\n");
}

TEST_CASE("no cell can bring a terminal to act")
{
  FakeContext context;
  Table table{context, {"NAME"}};
  table.row({"\x1B[2Jx\ty"});
  table.end();
  CHECK(context.output.find('\x1B') == std::string::npos);
  CHECK(context.output.find('\t') == std::string::npos);
}

TEST_CASE("tones are colors only where stdout has them")
{
  FakeContext context;
  CHECK(toned(context, Tone::bad, "x") == "x");
  context.colors = true;
  CHECK(toned(context, Tone::bad, "x") == "\033[31mx\033[0m");
}

}  // namespace
}  // namespace asyncz::cli
