// SPDX-License-Identifier: MIT
#include "cli/worker/worker_context.hpp"

#include "cli/store_opening.hpp"
#include "run/measured_store.hpp"

#include <memory>
#include <utility>

namespace asyncz::cli {

Status WorkerContext::reload()
{
  const auto before = outer_.settings();
  if (!before) return before.error();
  auto fresh = load_settings(globals().config);
  if (!fresh) return fresh.error();
  fresh->store = (*before)->store;
  reloaded_ = *std::move(fresh);
  return {};
}

Result<const Settings*> WorkerContext::settings()
{
  if (reloaded_) return &*reloaded_;
  return outer_.settings();
}

Result<OpenStore> WorkerContext::open(Access access)
{
  const auto loaded = settings();
  if (!loaded) return loaded.error();
  return open((*loaded)->store, access);
}

Result<OpenStore> WorkerContext::open(std::string_view name_or_url, Access access)
{
  const auto loaded = settings();
  if (!loaded) return loaded.error();
  const auto measure = [this](std::unique_ptr<Store> store) {
    return metrics_ == nullptr ? std::move(store) : measured(std::move(store), *metrics_);
  };
  return open_store_of(*this, **loaded, name_or_url, access, measure);
}

}  // namespace asyncz::cli
