// SPDX-License-Identifier: MIT
// Adds a task to a store of files as asyncz does, and reserves it: write_task DIRECTORY KEY_FILE.
// open_record.py has to read what this leaves.
#include "seal/key_source.hpp"
#include "stores/registry.hpp"
#include "vault/vault.hpp"

#include <cstdio>
#include <string>

using namespace asyncz;

namespace {

StoredTask sample()
{
  StoredTask stored;
  auto& task = stored.task;
  task.id = "täglich";
  task.name = "backup";
  task.argv = {"backup", "--to", "/srv"};
  task.trigger.kind = TriggerKind::cron;
  task.trigger.expression = "30 2 * * *";
  task.timezone = "Europe/Berlin";
  task.queue = "mail";
  task.priority = -3;
  task.coalesce = false;
  task.env = {{"A", "1"}, {"B", ""}};
  task.retry_backoff = 1.5;
  task.umask = 022;
  stored.progress.due = instant_of(1'000'000);
  stored.progress.moment = instant_of(2'000'000);
  return stored;
}

Status write_task(const std::string& directory, const std::string& key_file)
{
  stores::Opening opening;
  opening.url = "file://" + directory;
  opening.create = true;
  const auto store = stores::open_store(opening);
  if (!store) return store.error();
  const auto keys = make_key_source({true, {}, key_file}, {});
  Vault vault{**store, *keys, system_clock(), {}};
  if (auto status = vault.unlock(true); !status) return status;

  auto task = sample();
  if (auto status = vault.add({&task, 1}).front(); !status) return status;
  Demand demand;
  demand.now = system_clock().now();
  const auto reserved = vault.reserve(task.task.id, demand);
  if (!reserved) return reserved.error();
  return {};
}

}  // namespace

int main(int argc, char** argv)
{
  if (argc != 3) return 2;
  const auto status = write_task(argv[1], argv[2]);
  if (status) return 0;
  std::fprintf(stderr, "write_task: %s\n", status.error().what.c_str());
  return 1;
}
