// SPDX-License-Identifier: MIT
// asyncz config: the settings in force, and where each comes from.
#include "base/text.hpp"
#include "cli/commands.hpp"
#include "cli/runs/processes.hpp"
#include "cli/store_opening.hpp"
#include "cli/terminal/table.hpp"
#include "cli/views/json.hpp"
#include "config/settings.hpp"
#include "seal/key_source.hpp"
#include "stores/url.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace asyncz::cli {
namespace {

struct Setting {
  std::string name;
  Value value;
  std::string origin = {};  // empty: as Settings::origins has it
};

constexpr std::string_view hidden = "***";

Value list_value(const std::vector<std::string>& words)
{
  ValueList list;
  for (const std::string& word : words) list.emplace_back(word);
  return list;
}

Value store_value(const StoreSettings& store)
{
  ValueMap map;
  if (store.url.empty()) map.emplace_back("type", store.type);
  if (!store.url.empty()) map.emplace_back("url", stores::without_secrets(store.url));
  for (const auto& [name, value] : store.parameters) {
    map.emplace_back(name, stores::names_secret(name) ? Value{hidden} : value);
  }
  return map;
}

// Where the key is, and that there is one; never the key itself.
void add_encryption(std::vector<Setting>& all, const EncryptionSettings& encryption)
{
  all.push_back({"encryption.enabled", encryption.enabled});
  const auto origin = key_origin();
  if (origin && origin->file.empty()) {
    all.push_back({"encryption.key", hidden, std::string{origin->origin}});
  }
  if (has_previous_key()) {
    all.push_back({"encryption.previous_key", hidden, "ASYNCZ_STORE_ENCRYPTION_KEY_PREVIOUS"});
  }
  if (origin && !origin->file.empty()) {
    all.push_back({"encryption.key_file", origin->file, std::string{origin->origin}});
  } else {
    all.push_back({"encryption.key_file",
                   encryption.key_file.empty() ? default_key_file() : encryption.key_file});
  }
}

std::vector<Setting> all_settings(const Settings& settings)
{
  const std::string store = settings.store.empty() ? ""
                            : settings.store.find(':') == std::string::npos
                                ? settings.store
                                : stores::without_secrets(settings.store);
  const bool has_default = settings.stores.contains("default");
  std::vector<Setting> all;
  all.push_back({"store", !store.empty() ? store : has_default ? "default" : default_store_url()});
  for (const auto& [name, each] : settings.stores)
    all.push_back({"stores." + name, store_value(each)});
  add_encryption(all, settings.encryption);
  all.push_back({"history.keep_runs", settings.history.keep_runs});
  all.push_back({"history.keep_age", duration_text(settings.history.keep_age)});
  all.push_back({"history.keep_bytes", settings.history.keep_bytes});
  const WorkerSettings& worker = settings.worker;
  all.push_back({"worker.concurrency", worker.concurrency == 0 ? static_cast<std::int64_t>(cores())
                                                               : worker.concurrency});
  all.push_back({"worker.queues", list_value(worker.queues)});
  all.push_back({"worker.name", worker.name.empty() ? "HOST-PID" : worker.name});
  all.push_back({"worker.shutdown_timeout", worker.shutdown_timeout
                                                ? Value{duration_text(*worker.shutdown_timeout)}
                                                : Value{}});
  all.push_back({"worker.lease", duration_text(worker.lease)});
  all.push_back({"worker.show_output", worker.show_output});
  all.push_back({"worker.log_format", worker.log_format});
  const auto named = [](const std::string& text) { return text.empty() ? Value{} : Value{text}; };
  all.push_back({"worker.metrics_file", named(worker.metrics_file)});
  all.push_back({"worker.metrics_listen", named(worker.metrics_listen)});
  for (const auto& [name, value] : settings.defaults) all.push_back({"defaults." + name, value});
  return all;
}

class Config final : public Command {
 public:
  void declare(Options&) override {}

  Result<ExitStatus> run(Context& context) override
  {
    const auto settings = context.settings();
    if (!settings) return settings.error();
    const auto origin_of = [&](const Setting& setting) -> std::string {
      if (!setting.origin.empty()) return setting.origin;
      const auto known = (*settings)->origins.find(setting.name);
      return known == (*settings)->origins.end() ? "default" : known->second;
    };
    if (context.globals().json) {
      ValueMap document;
      for (Setting& setting : all_settings(**settings)) {
        const std::string origin = origin_of(setting);
        document.emplace_back(std::move(setting.name),
                              ValueMap{{"value", std::move(setting.value)}, {"origin", origin}});
      }
      print_json(context, document);
      return 0;
    }
    Table table{context, {"SETTING", "VALUE", "FROM"}};
    for (const Setting& setting : all_settings(**settings)) {
      table.row({setting.name, shown(setting.value), origin_of(setting)});
    }
    table.end();
    return 0;
  }

 private:
  static std::string shown(const Value& value)
  {
    if (value.is_null()) return "-";
    const auto* text = value.get<std::string>();
    return text != nullptr ? *text : json_text(value);
  }
};

}  // namespace

std::unique_ptr<Command> make_config() { return std::make_unique<Config>(); }

}  // namespace asyncz::cli
