// SPDX-License-Identifier: MIT
// Metrics as text, in the Prometheus text format and in OpenMetrics.
#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace asyncz {

// The node exporter reads the first, and whoever asks for it by HTTP gets the second.
enum class MetricsFormat : std::uint8_t { prometheus, openmetrics };

[[nodiscard]] std::string_view content_type(MetricsFormat format);

// How often something took at most so many seconds.
class Histogram {
 public:
  // `bounds` rise, and outlive the histogram.
  explicit Histogram(std::span<const double> bounds) : bounds_{bounds}, counts_(bounds.size() + 1)
  {
  }

  void add(double value);

  [[nodiscard]] std::span<const double> bounds() const { return bounds_; }
  // One for each bound, and one for what is above all of them.
  [[nodiscard]] std::span<const std::uint64_t> counts() const { return counts_; }
  [[nodiscard]] double sum() const { return sum_; }

 private:
  std::span<const double> bounds_;
  std::vector<std::uint64_t> counts_;
  double sum_ = 0;
};

// Families one after the other, each with its samples.
class Exposition {
 public:
  using Label = std::pair<std::string_view, std::string_view>;
  using Labels = std::initializer_list<Label>;

  explicit Exposition(MetricsFormat format) : format_{format} {}

  void begin_counter(std::string_view name, std::string_view help);  // its samples end in _total
  void begin_gauge(std::string_view name, std::string_view help);
  void begin_histogram(std::string_view name, std::string_view help);

  void sample(Labels labels, double value);
  void sample(Labels labels, const Histogram& histogram);

  std::string finish() &&;

 private:
  void begin(std::string_view name, std::string_view type, std::string_view help);
  void line(std::string_view suffix, std::span<const Label> labels, double value);

  MetricsFormat format_;
  std::string text_;
  std::string_view name_;    // of the present family
  std::string_view suffix_;  // of its plain samples
};

}  // namespace asyncz
