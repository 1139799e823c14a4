// SPDX-License-Identifier: MIT
#include "cli/store_opening.hpp"

#include "base/hint.hpp"
#include "base/text.hpp"
#include "config/places.hpp"
#include "stores/registry.hpp"
#include "stores/url.hpp"

#include <fmt/format.h>

#include <string>
#include <utility>
#include <vector>

namespace asyncz::cli {
namespace {

// Where a store is, before it is opened.
struct Place {
  stores::Opening opening;
  bool is_default = false;  // the one that is used when nobody says anything
};

Place place_of(const StoreSettings& store)
{
  Place place;
  place.opening.url = store.url.empty() ? store.type + ':' : store.url;
  place.opening.parameters = store.parameters;
  return place;
}

bool is_url(std::string_view name)
{
  return name.starts_with('/') || name.find(':') != std::string_view::npos;
}

Error no_such_alias(const Settings& settings, std::string_view name)
{
  std::vector<std::string_view> known;
  for (const auto& [alias, store] : settings.stores) known.emplace_back(alias);
  const auto meant = did_you_mean(name, known);
  return {ErrorKind::not_found,
          fmt::format("there is no store {} in the configuration", shell_quoted(printable(name))),
          hint_at(meant, "name one of [stores], or give a URL such as file:///var/lib/tasks")};
}

Result<Place> find_place(const Settings& settings, std::string_view name)
{
  const auto alias = settings.stores.find(std::string{name.empty() ? "default" : name});
  if (alias != settings.stores.end()) return place_of(alias->second);
  Place place;
  place.is_default = name.empty();
  place.opening.url = name.empty() ? default_store_url() : std::string{name};
  if (!name.empty() && !is_url(name)) return no_such_alias(settings, name);
  return place;
}

std::unique_ptr<KeySource> keys_of(Context& context, const Settings& settings,
                                   const stores::Kind& kind)
{
  KeyPlaces places;
  places.enabled = kind.sealed && settings.encryption.enabled;
  places.key_file = settings.encryption.key_file;
  if (kind.local) places.default_file = default_key_file();
  return make_key_source(std::move(places), [&context](std::string_view file) {
    context.note(fmt::format("made the key {} that seals this store; keep a copy of it", file));
  });
}

Error ends_with_its_process()
{
  return {ErrorKind::usage, "a memory store ends with its process",
          "name a store that stays, such as file:///var/lib/tasks; only asyncz worker --load fills "
          "it anew"};
}

// A default store that nobody has written to yet.
Result<std::unique_ptr<Store>> empty_store()
{
  stores::Opening opening;
  opening.url = "memory:";
  return stores::open_store(opening);
}

}  // namespace

Result<OpenStore> open_store_of(Context& context, const Settings& settings,
                                std::string_view name_or_url, Access access, const WrapStore& wrap)
{
  Result<Place> place = find_place(settings, name_or_url);
  if (!place) return place.error();
  const auto kind = stores::kind_of(place->opening.url);
  if (!kind) return kind.error();
  if (!(*kind)->sealed && access != Access::load) {
    return ends_with_its_process();
  }
  place->opening.create = access != Access::read;
  place->opening.state_directory = state_directory();
  place->opening.tell = [&context](std::string_view line) { context.warn(line); };

  Result<std::unique_ptr<Store>> store = stores::open_store(place->opening);
  const bool missing = !store && store.error().kind == ErrorKind::not_found;
  const bool empty = missing && place->is_default && access == Access::read;
  if (empty) store = empty_store();
  if (!store) return store.error();

  OpenStore open;
  open.url = stores::without_secrets(place->opening.url);
  open.is_made = !empty;
  open.store = wrap ? wrap(std::move(*store)) : std::move(*store);
  open.keys = keys_of(context, settings, empty ? *stores::kinds().data() : **kind);
  open.vault = std::make_unique<Vault>(
      *open.store, *open.keys, context.clock(),
      [&context](std::string_view, const Error& error) { context.warn(error.what); });
  const Status unlocked = open.vault->unlock(access != Access::read);
  if (!unlocked) return unlocked.error();
  return open;
}

Result<std::unique_ptr<Store>> open_without_key(Context& context, std::string_view name_or_url,
                                                std::string state_directory)
{
  const auto settings = context.settings();
  if (!settings) return settings.error();
  auto place = find_place(**settings, name_or_url);
  if (!place) return place.error();
  const auto kind = stores::kind_of(place->opening.url);
  if (!kind) return kind.error();
  if (!(*kind)->sealed) return ends_with_its_process();
  place->opening.create = true;
  place->opening.state_directory = std::move(state_directory);
  place->opening.tell = [&context](std::string_view line) { context.warn(line); };
  return stores::open_store(place->opening);
}

}  // namespace asyncz::cli
