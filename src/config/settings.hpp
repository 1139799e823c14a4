// SPDX-License-Identifier: MIT
// The settings in force, as one struct with its defaults, and where each came from.
#pragma once

#include "base/result.hpp"
#include "base/value.hpp"
#include "task/task.hpp"
#include "time/instant.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace asyncz {

// A store as `[stores.NAME]` or a URL describes it.
struct StoreSettings {
  std::string url;                          // `file:///dir`, or empty when `type` is given
  std::string type;                         // file, memory, redis, sql, mongo, …
  std::map<std::string, Value> parameters;  // as asyncz.toml(5) has them
};

struct EncryptionSettings {
  bool enabled = true;
  bool enabled_was_written = false;  // `encryption.enabled = false` stands in a file
  std::string key_file;              // empty: the default places
};

struct HistorySettings {
  std::int64_t keep_runs = 1000;  // of each task; 0 is all
  Duration keep_age = std::chrono::hours{24 * 90};
  std::int64_t keep_bytes = std::int64_t{1} << 30;
};

struct WorkerSettings {
  int concurrency = 0;              // 0: the number of cores
  std::vector<std::string> queues;  // `Q` or `Q:N`; empty: all
  std::string name;                 // empty: HOST-PID
  std::optional<Duration> shutdown_timeout;
  Duration lease = std::chrono::seconds{30};
  bool show_output = false;
  std::string log_format = "text";
  std::string metrics_file;    // empty: none
  std::string metrics_listen;  // `ADDRESS:PORT`, `PORT`; empty: none
};

struct Settings {
  std::map<std::string, StoreSettings> stores;
  std::string store;  // name or URL; empty: `default` if it is among `stores`, else default_url
  ValueMap defaults;  // `[defaults]`: task fields
  EncryptionSettings encryption;
  HistorySettings history;
  WorkerSettings worker;

  // Setting → where it came from: a file, `environment`, `command line`; absent: the default.
  std::map<std::string, std::string> origins;
};

// Reads /etc/asyncz/config.toml, $XDG_CONFIG_HOME/asyncz/config.toml, `config_file`, then the
// environment (ASYNCZ_STORE, ASYNCZ_CONFIG, …); later wins. A file that is not there is no error
// unless it was asked for.
//   usage   cannot be read as TOML (file, line, column), an unknown key (with the nearest known
//           one), a wrong type or value
//   denied  a file may not be read
Result<Settings> load_settings(const std::optional<std::string>& config_file);

// `file://$XDG_STATE_HOME/asyncz/tasks`, for root `file:///var/lib/asyncz/tasks`.
[[nodiscard]] std::string default_store_url();

// $XDG_CONFIG_HOME/asyncz/key, for root /etc/asyncz/key.
[[nodiscard]] std::string default_key_file();

// A map as TOML; parse_toml() gives it back.
[[nodiscard]] std::string toml_text(const ValueMap& map);

}  // namespace asyncz
