// SPDX-License-Identifier: MIT
#include "run/exposition.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>

namespace asyncz {
namespace {

// OpenMetrics wants bounds with a point: `1.0`.
std::string bound_text(double bound)
{
  auto text = fmt::format("{}", bound);
  return text.find_first_of(".e") == std::string::npos ? text + ".0" : text;
}

std::string escaped(std::string_view text)
{
  std::string result;
  for (const char c : text) {
    if (c == '\n') {
      result += "\\n";
      continue;
    }
    if (c == '\\' || c == '"') result += '\\';
    result += c;
  }
  return result;
}

}  // namespace

std::string_view content_type(MetricsFormat format)
{
  return format == MetricsFormat::openmetrics
             ? "application/openmetrics-text; version=1.0.0; charset=utf-8"
             : "text/plain; version=0.0.4; charset=utf-8";
}

void Histogram::add(double value)
{
  const auto bound = std::ranges::lower_bound(bounds_, value);
  ++counts_[static_cast<std::size_t>(bound - bounds_.begin())];
  sum_ += value;
}

void Exposition::begin_counter(std::string_view name, std::string_view help)
{
  begin(name, "counter", help);
  suffix_ = "_total";
}

void Exposition::begin_gauge(std::string_view name, std::string_view help)
{
  begin(name, "gauge", help);
}

void Exposition::begin_histogram(std::string_view name, std::string_view help)
{
  begin(name, "histogram", help);
}

// What it describes are families in OpenMetrics and samples in the older format.
void Exposition::begin(std::string_view name, std::string_view type, std::string_view help)
{
  const bool samples = format_ == MetricsFormat::prometheus && type == "counter";
  const auto described = std::string{name} + (samples ? "_total" : "");
  text_ += fmt::format("# HELP {} {}\n# TYPE {} {}\n", described, help, described, type);
  name_ = name;
  suffix_ = {};
}

void Exposition::sample(Labels labels, double value)
{
  line(suffix_, {labels.begin(), labels.size()}, value);
}

void Exposition::sample(Labels labels, const Histogram& histogram)
{
  std::vector<Label> with_bound{labels};
  with_bound.emplace_back("le", "");
  std::uint64_t count = 0;
  for (std::size_t i = 0; i < histogram.counts().size(); ++i) {
    const bool last = i == histogram.bounds().size();
    const auto bound = last ? "+Inf" : bound_text(histogram.bounds()[i]);
    with_bound.back().second = bound;
    count += histogram.counts()[i];
    line("_bucket", with_bound, static_cast<double>(count));
  }
  with_bound.pop_back();
  line("_sum", with_bound, histogram.sum());
  line("_count", with_bound, static_cast<double>(count));
}

void Exposition::line(std::string_view suffix, std::span<const Label> labels, double value)
{
  text_.append(name_).append(suffix);
  char separator = '{';
  for (const auto& [name, text] : labels) {
    text_ += fmt::format("{}{}=\"{}\"", separator, name, escaped(text));
    separator = ',';
  }
  if (!labels.empty()) text_ += '}';
  text_ += fmt::format(" {}\n", value);
}

std::string Exposition::finish() &&
{
  if (format_ == MetricsFormat::openmetrics) text_ += "# EOF\n";
  return std::move(text_);
}

}  // namespace asyncz
