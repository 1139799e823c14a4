// SPDX-License-Identifier: MIT
#include "cli/declarations.hpp"
#include "cli/declared_command.hpp"
#include "cli/help.hpp"
#include "cli/parser.hpp"

#include <doctest/doctest.h>

#include <set>
#include <string>
#include <vector>

namespace asyncz::cli {
namespace {

Result<Invocation> parsed(const std::vector<std::string>& arguments) { return parse(arguments); }

std::string complaint(const std::vector<std::string>& arguments)
{
  const auto invocation = parse(arguments);
  return invocation ? "" : invocation.error().what + " / " + invocation.error().hint;
}

TEST_CASE("global options stand before or after the command")
{
  for (const std::vector<std::string>& line :
       {std::vector<std::string>{"--store", "s", "--json", "-q", "list"},
        {"list", "-q", "--json", "--store=s"},
        {"--json", "list", "--store", "s", "-q"},
        {"-q", "--store=s", "list", "--json", "--"}}) {
    const auto invocation = parsed(line);
    REQUIRE(invocation);
    CHECK(invocation->row->name == "list");
    CHECK(invocation->globals.store == "s");
    CHECK(invocation->globals.json);
    CHECK(invocation->globals.quiet);
  }
}

TEST_CASE("without a command there is none, and that is no error")
{
  const auto invocation = parsed({"--json"});
  REQUIRE(invocation);
  CHECK(invocation->row == nullptr);
  CHECK(invocation->wish == Invocation::Wish::run);
}

TEST_CASE("help and version win over words that are missing")
{
  CHECK(parsed({"show", "--help"})->wish == Invocation::Wish::help);
  CHECK(parsed({"--version"})->wish == Invocation::Wish::version);
  CHECK(parsed({"-h"})->wish == Invocation::Wish::help);
}

TEST_CASE("what nobody knows is refused with what was probably meant")
{
  CHECK(complaint({"lits"}) == "there is no command lits / did you mean list?");
  CHECK(complaint({"list", "--quue", "x"}) == "unknown option --quue / did you mean --queue?");
  CHECK(complaint({"list", "--quue=x"}) == "unknown option --quue / did you mean --queue?");
  CHECK(complaint({"--quuiet", "list"}) == "unknown option --quuiet / did you mean --quiet?");
  CHECK(complaint({"list", "x"}) == "unexpected word x / ");
  CHECK(complaint({"show", "x", "y"}) == "unexpected word y / ");
  CHECK(complaint({"--color", "sometimes"}) == "--color takes auto|always|never, not sometimes / ");
  CHECK(complaint({"list", "--queue"}) == "option --queue needs a value / ");
}

TEST_CASE("an empty value is a value and takes nothing that follows")
{
  CHECK(complaint({"list", "--queue=", "--limit", "1"}).empty());
  CHECK(complaint({"list", "--queue=", "x"}) == "unexpected word x / ");
}

TEST_CASE("a value may begin with a hyphen or be in brackets")
{
  CHECK(complaint({"add", "--priority", "-3", "--tag", "[a,b]", "--", "true"}).empty());
}

TEST_CASE("a command line of its own is not looked into")
{
  CHECK(complaint({"add", "--in", "5m", "ls", "--nonsense", "--", "-x"}).empty());
  CHECK(complaint({"add", "--", "--nonsense"}).empty());
  CHECK(complaint({"add", "--nonsense"}) != "");
}

TEST_CASE("every command can be built, explained, and declares no option twice")
{
  for (const DeclaredCommand& each : declared_commands()) {
    CAPTURE(each.row->name);
    GlobalOptions into;
    Declarations globals;
    declare_globals(globals, into);
    std::multiset<std::string> names;
    for (const OptionRow& row : globals.options()) names.insert(row.names.begin(), row.names.end());
    for (const OptionRow& row : each.declared.options()) {
      names.insert(row.names.begin(), row.names.end());
      CHECK_FALSE(row.help.empty());
    }
    for (const std::string& name : names) CHECK(names.count(name) == 1);
    CHECK(help_text(*each.row).find(each.row->summary) != std::string::npos);
    CHECK(parsed({std::string{each.row->name}, "--help"}));
  }
}

}  // namespace
}  // namespace asyncz::cli
