// SPDX-License-Identifier: MIT
#include "base/task_id.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace asyncz;

TEST_CASE("new ids are allowed, short and different")
{
  const auto one = new_task_id();
  const auto two = new_task_id();
  CHECK(one.size() == 8);
  CHECK(one != two);
  CHECK(check_task_id(one));
  CHECK(one.find_first_of("ilou") == std::string::npos);
}

TEST_CASE("ids that could leave the store's folder or fool a reader are refused")
{
  for (const auto* id : {"", ".hidden", "-option", "a/b", "a\\b", "a:b", "a\nb", "x\xE2\x80\xAEy",
                         "bad\xFF", "daily@1700000000000000"}) {
    CAPTURE(id);
    CHECK_FALSE(check_task_id(id));
  }
  CHECK_FALSE(check_task_id(std::string(201, 'a')));
  CHECK_FALSE(check_task_id(std::string("a\0b", 3)));
  CHECK(check_task_id("backup.daily@host"));
  CHECK(check_task_id("täglich"));
}

TEST_CASE("an instance names its task")
{
  const auto id = instance_id("backup", 1700000000000000);
  CHECK(id == "backup@1700000000000000");
  CHECK(parent_of_instance(id) == "backup");
  CHECK(check_stored_id(id));
  CHECK_FALSE(parent_of_instance("me@host"));
}

TEST_CASE("a queue's name is plain")
{
  CHECK(check_queue_name("mail-out_2.x"));
  CHECK_FALSE(check_queue_name(""));
  CHECK_FALSE(check_queue_name("@boot"));
  CHECK_FALSE(check_queue_name(std::string(64, 'q')));
}
